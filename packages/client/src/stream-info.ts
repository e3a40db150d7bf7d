import type { Controller, SegmentWithRange } from '@pravega-ts/controller-client'
import {
  type Deadline,
  inParallel,
  type KeyRange,
  PravegaError,
  type ScopedSegment,
  type ScopedStream,
  type StreamConfiguration,
  StreamCut,
  segmentEpoch,
} from '@pravega-ts/model'
import type { SegmentInfoSource } from './segment-info-source.ts'

/** One segment that holds data between the head and the tail of its stream. */
export interface StreamSegmentInfo {
  readonly segment: ScopedSegment
  readonly range: KeyRange
  /** Offset of the first byte that can be read. */
  readonly headOffset: bigint
  /** Offset behind the last byte. */
  readonly tailOffset: bigint
  /** Nothing is appended to it any more. */
  readonly isSealed: boolean
}

/** A stream as it was at one moment. */
export interface StreamInfo {
  readonly stream: ScopedStream
  readonly configuration: StreamConfiguration
  /** Nothing is written to the stream any more. */
  readonly isSealed: boolean
  /** The newest epoch: how often the segments have changed. */
  readonly epoch: number
  /** Oldest epoch first, then by range. */
  readonly segments: readonly StreamSegmentInfo[]
  readonly head: StreamCut
  readonly tail: StreamCut
  /** Bytes between head and tail, as the segments store them. */
  readonly sizeBytes: bigint
}

/** The cut through the active segments at their ends; for a sealed stream, through those that were active last. */
export async function tailCut(
  controller: Controller,
  store: SegmentInfoSource,
  stream: ScopedStream,
  deadline: Deadline,
): Promise<StreamCut> {
  const current = await controller.getCurrentSegments(stream, { ...deadline.rest(), access: 'none' })
  if (current.segments.length === 0) {
    const info = await streamInfo(controller, store, stream, deadline)
    return info.tail
  }
  const ends = await inParallel(current.segments, async ({ segment }) => {
    const info = await store.getInfo(segment, deadline.rest())
    return [segment.segmentId, info.writeOffset] as const
  })
  return new StreamCut(stream, ends)
}

/**
 * The cut at which reading starts: that of the controller, moved on where a segment was truncated by itself, as byte streams
 * do it.
 */
export async function headCut(
  controller: Controller,
  store: SegmentInfoSource,
  stream: ScopedStream,
  deadline: Deadline,
): Promise<StreamCut> {
  const heads = await controller.getHeadSegments(stream, { ...deadline.rest(), access: 'none' })
  const positions = await inParallel(heads, async ({ segment, offset }) => {
    const start = (await segmentInfo(store, segment, deadline))?.startOffset ?? 0n
    return [segment.segmentId, start > offset ? start : offset] as const
  })
  return new StreamCut(stream, positions)
}

export async function streamInfo(
  controller: Controller,
  store: SegmentInfoSource,
  stream: ScopedStream,
  deadline: Deadline,
): Promise<StreamInfo> {
  const configuration = await controller.getStreamConfiguration(stream, deadline.rest())
  const current = await controller.getCurrentSegments(stream, { ...deadline.rest(), access: 'none' })
  const head = await headCut(controller, store, stream, deadline)
  const between = await controller.getSegmentsBetween(stream, head, StreamCut.UNBOUNDED, deadline.rest())
  const epochs = new Set(between.map(segment => segment.epoch))
  const ranges = await rangesOf(controller, between, current.segments, deadline)

  const found = await inParallel(between, async segment => {
    const range = ranges.get(segment.segmentId)
    const info = await segmentInfo(store, segment, deadline)
    // Truncated away since the list was made.
    if (info === undefined || range === undefined) return undefined
    return {
      segment,
      range,
      headOffset: head.positions.get(segment.segmentId) ?? info.startOffset,
      tailOffset: info.writeOffset,
      isSealed: info.isSealed,
    }
  })
  const segments = found
    .filter(info => info !== undefined)
    .sort((a, b) => a.segment.epoch - b.segment.epoch || a.range.low - b.range.low)

  const isSealed = current.segments.length === 0
  const epoch = Math.max(...epochs)
  const lastIds = isSealed
    ? (await controller.getEpochSegments(stream, epoch, deadline.rest())).segments.map(s => s.segment.segmentId)
    : current.segments.map(s => s.segment.segmentId)
  const last = new Set(lastIds)
  return {
    stream,
    configuration,
    isSealed,
    epoch,
    segments,
    head,
    tail: new StreamCut(
      stream,
      segments.filter(s => last.has(s.segment.segmentId)).map(s => [s.segment.segmentId, s.tailOffset] as const),
    ),
    sizeBytes: segments.reduce((sum, s) => sum + s.tailOffset - s.headOffset, 0n),
  }
}

/** Asks for the epochs of the segments that are not active: that takes the permission to update. */
async function rangesOf(
  controller: Controller,
  of: readonly ScopedSegment[],
  active: readonly SegmentWithRange[],
  deadline: Deadline,
): Promise<ReadonlyMap<bigint, KeyRange>> {
  const ranges = new Map(active.map(({ segment, range }) => [segment.segmentId, range]))
  const others = of.filter(({ segmentId }) => !ranges.has(segmentId))
  await inParallel([...Map.groupBy(others, ({ epoch }) => epoch)], async ([epoch, [first]]) => {
    if (first === undefined) return
    const { segments } = await controller.getEpochSegments(first.scopedStream, epoch, deadline.rest())
    for (const { segment, range } of segments) {
      if (segmentEpoch(segment.segmentId) === epoch) ranges.set(segment.segmentId, range)
    }
  })
  return ranges
}

async function segmentInfo(
  store: SegmentInfoSource,
  segment: ScopedSegment,
  deadline: Deadline,
): Promise<{ startOffset: bigint; writeOffset: bigint; isSealed: boolean } | undefined> {
  try {
    return await store.getInfo(segment, deadline.rest())
  } catch (error) {
    if (PravegaError.is(error, 'NO_SUCH_SEGMENT')) return undefined
    throw error
  }
}
