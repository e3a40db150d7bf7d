import { makeSegmentId, segmentEpoch, segmentNumber, splitKeyRange } from '@pravega-ts/model'
import type { EpochRecord, SegmentRecord, StreamRecord } from './stream-record.ts'

/** A segment that follows another one, with all segments that it follows. */
export interface Successor {
  readonly segment: SegmentRecord
  readonly predecessors: readonly bigint[]
}

/** Epoch 0 of a stream: equal ranges, numbered from where an earlier stream of that name stopped. */
export function firstEpoch(segments: number, firstNumber: number, now: number): EpochRecord {
  return {
    epoch: 0,
    referenceEpoch: 0,
    createdAt: now,
    segments: splitKeyRange(segments).map((range, i) => ({ id: makeSegmentId(firstNumber + i, 0), ...range })),
  }
}

export function activeEpoch(stream: Pick<StreamRecord, 'epochs' | 'activeEpoch'>): EpochRecord {
  return epochAt(stream.epochs, stream.activeEpoch)
}

/** @throws RangeError when there is no such epoch: the caller has checked */
export function epochAt(epochs: readonly EpochRecord[], epoch: number): EpochRecord {
  const record = epochs[epoch]
  if (record === undefined) throw new RangeError(`there is no epoch ${epoch}`)
  return record
}

/** Segments that take appends: none once the stream is sealed. */
export function currentSegments(stream: StreamRecord): readonly SegmentRecord[] {
  return stream.sealed ? [] : activeEpoch(stream).segments
}

export function highestNumber(epoch: EpochRecord): number {
  return Math.max(...epoch.segments.map(segment => segmentNumber(segment.id)))
}

export function findSegment(epochs: readonly EpochRecord[], id: bigint): SegmentRecord | undefined {
  return epochs[segmentEpoch(id)]?.segments.find(segment => segment.id === id)
}

/** Every segment that the stream ever had, oldest first. */
export function allSegments(epochs: readonly EpochRecord[]): readonly SegmentRecord[] {
  return epochs.flatMap(({ epoch, segments }) => segments.filter(({ id }) => segmentEpoch(id) === epoch))
}

export function overlap(a: { low: number; high: number }, b: { low: number; high: number }): boolean {
  return a.low < b.high && b.low < a.high
}

/** What follows a segment, ascending by range; empty for an unknown segment and for one that is in the last epoch. */
export function successors(epochs: readonly EpochRecord[], id: bigint): readonly Successor[] {
  const segment = findSegment(epochs, id)
  if (segment === undefined) return []
  let last = segmentEpoch(id)
  while (epochs[last + 1]?.segments.some(candidate => candidate.id === id)) last += 1
  const next = epochs[last + 1]
  if (next === undefined) return []
  return next.segments
    .filter(candidate => overlap(candidate, segment))
    .map(successor => ({ segment: successor, predecessors: predecessors(epochs, successor.id).map(({ id }) => id) }))
}

/** What a segment follows, ascending by range; empty for an unknown segment and for one of epoch 0. */
export function predecessors(epochs: readonly EpochRecord[], id: bigint): readonly SegmentRecord[] {
  const segment = findSegment(epochs, id)
  const before = epochs[segmentEpoch(id) - 1]
  if (segment === undefined || before === undefined) return []
  return before.segments.filter(candidate => overlap(candidate, segment))
}
