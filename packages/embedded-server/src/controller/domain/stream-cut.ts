import { segmentEpoch } from '@pravega-ts/model'
import { allSegments, epochAt, findSegment, overlap } from './epochs.ts'
import type { Cut, EpochRecord, SegmentRecord, StreamRecord } from './stream-record.ts'

/** Where a cut is within one part of the key space. */
export interface Placement {
  readonly low: number
  readonly high: number
  readonly segment: SegmentRecord
  /** -1: before the first byte of a segment that has no predecessor in the cut. */
  readonly offset: bigint
}

/** A cut as a position for every key, or why it is none. */
export type PlacedCut =
  | { readonly valid: true; readonly placements: readonly Placement[] }
  | {
      readonly valid: false
      readonly reason: 'empty' | 'unknownEpoch' | 'unknownSegment' | 'onlyFuture' | 'incomplete'
    }

/**
 * Places a cut. Entries with an offset must not overlap; what they leave open must be filled by -1 entries, each of
 * which is newer than the segments with an offset that it overlaps. Offsets are not compared with the segment, as
 * Pravega does not either.
 */
export function placeCut(epochs: readonly EpochRecord[], cut: Cut): PlacedCut {
  if (cut.size === 0) return { valid: false, reason: 'empty' }
  const present: Placement[] = []
  const future: SegmentRecord[] = []
  for (const [id, offset] of cut) {
    if (epochs[segmentEpoch(id)] === undefined) return { valid: false, reason: 'unknownEpoch' }
    const segment = findSegment(epochs, id)
    if (segment === undefined) return { valid: false, reason: 'unknownSegment' }
    if (offset < 0n) future.push(segment)
    else present.push({ low: segment.low, high: segment.high, segment, offset })
  }
  if (present.length === 0) return { valid: false, reason: 'onlyFuture' }
  present.sort(byRange)
  const incomplete: PlacedCut = { valid: false, reason: 'incomplete' }
  if (present.some((placement, i) => placement.low < (present[i - 1]?.high ?? 0))) return incomplete
  const newer = (segment: SegmentRecord): boolean =>
    present.every(placement => !overlap(placement, segment) || isBefore(placement.segment, segment))
  if (!future.every(newer)) return incomplete
  const placements = [...present]
  for (const gap of gapsBetween(present)) {
    const filled = fillGap(gap, future)
    if (filled === undefined) return incomplete
    placements.push(...filled)
  }
  return { valid: true, placements: placements.sort(byRange) }
}

/** The positions at which each key of these segments begins. */
export function placementsAtStartOf(epoch: EpochRecord): readonly Placement[] {
  return epoch.segments.map(segment => ({ low: segment.low, high: segment.high, segment, offset: 0n }))
}

/** Whether no key is further back in the first cut than it is in the second one. */
export function isAtOrAfter(cut: readonly Placement[], other: readonly Placement[]): boolean {
  return cut.every(here =>
    other.every(there => {
      if (!overlap(here, there)) return true
      return here.segment.id === there.segment.id ? here.offset >= there.offset : isBefore(there.segment, here.segment)
    }),
  )
}

/**
 * Ids of the segments that a reader passes on the way from one cut to another, both ends included, oldest first. A
 * segment that the second cut has not reached is not passed.
 */
export function segmentsBetween(
  epochs: readonly EpochRecord[],
  from: readonly Placement[],
  to: readonly Placement[],
): readonly bigint[] {
  const passed = (segment: SegmentRecord): boolean =>
    from.some(
      start =>
        !isBefore(segment, start.segment) &&
        to.some(
          end =>
            (isBefore(segment, end.segment) || (segment.id === end.segment.id && end.offset >= 0n)) &&
            Math.max(start.low, end.low, segment.low) < Math.min(start.high, end.high, segment.high),
        ),
    )
  return allSegments(epochs)
    .filter(passed)
    .map(({ id }) => id)
}

/** Ids of the segments that lie wholly before a cut, oldest first: a truncation there deletes them. */
export function segmentsBefore(epochs: readonly EpochRecord[], cut: readonly Placement[]): readonly bigint[] {
  return allSegments(epochs)
    .filter(segment => cut.every(here => !overlap(here, segment) || isBefore(segment, here.segment)))
    .map(({ id }) => id)
}

/** Where the stream begins, as placements: the cut of its last truncation, or the start of epoch 0. */
export function headPlacements(stream: StreamRecord): readonly Placement[] {
  const placed = stream.head === undefined ? undefined : placeCut(stream.epochs, stream.head)
  return placed?.valid ? placed.placements : placementsAtStartOf(epochAt(stream.epochs, 0))
}

/** Where the stream begins: segments and offsets. */
export function headOf(stream: StreamRecord): Cut {
  return new Map(headPlacements(stream).map(({ segment, offset }) => [segment.id, offset < 0n ? 0n : offset]))
}

/** Along one key each segment replaces an older one, so that the creation epoch alone tells the order. */
function isBefore(a: SegmentRecord, b: SegmentRecord): boolean {
  return segmentEpoch(a.id) < segmentEpoch(b.id)
}

interface Gap {
  readonly low: number
  readonly high: number
}

function gapsBetween(present: readonly Placement[]): readonly Gap[] {
  const gaps: Gap[] = []
  let reached = 0
  for (const { low, high } of present) {
    if (low > reached) gaps.push({ low: reached, high: low })
    reached = high
  }
  if (reached < 1) gaps.push({ low: reached, high: 1 })
  return gaps
}

/** Covers a gap with the oldest of the segments that reach into it, or tells that they do not cover it. */
function fillGap(gap: Gap, future: readonly SegmentRecord[]): readonly Placement[] | undefined {
  let open: readonly Gap[] = [gap]
  const filled: Placement[] = []
  const oldestFirst = [...future].sort((a, b) => segmentEpoch(a.id) - segmentEpoch(b.id))
  for (const segment of oldestFirst) {
    open = open.flatMap(part => {
      const low = Math.max(part.low, segment.low)
      const high = Math.min(part.high, segment.high)
      if (low >= high) return [part]
      filled.push({ low, high, segment, offset: -1n })
      return [
        { low: part.low, high: low },
        { low: high, high: part.high },
      ].filter(rest => rest.low < rest.high)
    })
  }
  return open.length === 0 ? filled : undefined
}

function byRange(a: { low: number }, b: { low: number }): number {
  return a.low - b.low
}
