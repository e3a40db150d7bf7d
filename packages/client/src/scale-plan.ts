import type { SegmentWithRange } from '@pravega-ts/controller-client'
import { type KeyRange, PravegaError, type ScopedStream, splitKeyRange } from '@pravega-ts/model'

/** What a scale request says: the segments that end and the ranges of those that replace them. */
export interface ScalePlan {
  readonly seal: readonly bigint[]
  readonly ranges: readonly KeyRange[]
}

/**
 * `count` segments with equal ranges. Segments that have one of those ranges already stay.
 *
 * @returns undefined when the stream has those segments: an empty scale blocks a stream of Pravega 0.13 for good
 */
export function planEqualRanges(current: readonly SegmentWithRange[], count: number): ScalePlan | undefined {
  const ranges = splitKeyRange(count, span(current))
  const ending = current.filter(({ range }) => !ranges.some(wanted => same(wanted, range)))
  if (ending.length === 0) return undefined
  return {
    seal: ending.map(({ segment }) => segment.segmentId),
    ranges: ranges.filter(wanted => !current.some(({ range }) => same(wanted, range))),
  }
}

/** @throws PravegaError `SCALE_REFUSED` when the segment is not an active one */
export function planSplit(
  stream: ScopedStream,
  current: readonly SegmentWithRange[],
  segmentId: bigint,
  parts: number,
): ScalePlan {
  if (!Number.isInteger(parts) || parts < 2) {
    throw refused(stream, `a segment cannot be split into ${parts} parts; give at least 2`)
  }
  return { seal: [segmentId], ranges: splitKeyRange(parts, activeSegment(stream, current, segmentId).range) }
}

/** @throws PravegaError `SCALE_REFUSED` when one is not active or they are not neighbours */
export function planMerge(
  stream: ScopedStream,
  current: readonly SegmentWithRange[],
  segmentIds: readonly bigint[],
): ScalePlan {
  const merged = [...new Set(segmentIds)]
    .map(id => activeSegment(stream, current, id))
    .sort((a, b) => a.range.low - b.range.low)
  if (merged.length < 2) throw refused(stream, 'a merge needs at least two different segments')
  merged.reduce((left, right) => {
    if (left.range.high === right.range.low) return right
    throw refused(
      stream,
      `segments ${left.segment.segmentId} and ${right.segment.segmentId} are not neighbours (one ends at ${left.range.high}, the other begins at ${right.range.low}); only neighbours can be merged`,
    )
  })
  return { seal: merged.map(({ segment }) => segment.segmentId), ranges: [span(merged)] }
}

/** Bounds as the server gave them: it compares them exactly. */
function span(segments: readonly SegmentWithRange[]): KeyRange {
  const lows = segments.map(({ range }) => range.low)
  const highs = segments.map(({ range }) => range.high)
  return { low: Math.min(...lows), high: Math.max(...highs) }
}

function same(a: KeyRange, b: KeyRange): boolean {
  return a.low === b.low && a.high === b.high
}

function activeSegment(
  stream: ScopedStream,
  current: readonly SegmentWithRange[],
  segmentId: bigint,
): SegmentWithRange {
  const found = current.find(({ segment }) => segment.segmentId === segmentId)
  if (found !== undefined) return found
  const active = current.map(({ segment }) => segment.segmentId).join(', ')
  throw refused(stream, `segment ${segmentId} is not active; the active ones are ${active || 'none'}`)
}

function refused(stream: ScopedStream, why: string): PravegaError {
  return new PravegaError('SCALE_REFUSED', `${stream} was not scaled: ${why}.`, { details: { stream: String(stream) } })
}
