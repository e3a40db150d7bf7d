import { type KeyRange, ScopedSegment, type ScopedStream } from '@pravega-ts/model'
import type { WatermarkPosition } from '../codec/watermark.ts'
import { unreadPositions } from '../state/positions.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import { uncovered } from './uncovered.ts'

/** The places of a group in one stream, by segment ids. */
export interface StreamPlaces {
  /** Where it reads, or can read. */
  readonly reading: ReadonlyMap<bigint, bigint>
  /** What it reads when all segments before are done. */
  readonly waiting: readonly bigint[]
  /** As far as the group knows. */
  readonly ranges: ReadonlyMap<bigint, KeyRange>
}

/** Where a group is in a stream, as its members have told. */
export function placesIn(state: ReaderGroupState, stream: ScopedStream): StreamPlaces {
  const reading = new Map<bigint, bigint>()
  const waiting: bigint[] = []
  const ranges = new Map<bigint, KeyRange>()
  const idOf = (name: string): bigint | undefined => {
    const segment = ScopedSegment.parse(name)
    if (segment.scope !== stream.scope || segment.stream !== stream.stream) return undefined
    const range = state.ranges.get(name)
    if (range !== undefined) ranges.set(segment.segmentId, range)
    return segment.segmentId
  }
  for (const [name, offset] of unreadPositions(state)) {
    const id = idOf(name)
    if (id !== undefined) reading.set(id, offset)
  }
  for (const name of state.future.keys()) {
    const id = idOf(name)
    if (id !== undefined) waiting.push(id)
  }
  return { reading, waiting, ranges }
}

/**
 * One position for each key of which events are still to be read. A segment that waits stands for the keys whose segments before it are
 * done.
 */
export function positionsOfKeys(
  { reading, waiting }: Pick<StreamPlaces, 'reading' | 'waiting'>,
  rangeOf: (segmentId: bigint) => KeyRange,
): readonly WatermarkPosition[] {
  const positions = [...reading].map(([segmentId, offset]) => ({ segmentId, range: rangeOf(segmentId), offset }))
  // One that waits may have another one that waits before it.
  for (const segmentId of [...waiting].sort((a, b) => (a < b ? -1 : 1))) {
    const before = positions.map(({ range }) => range)
    for (const range of uncovered(rangeOf(segmentId), before)) positions.push({ segmentId, range, offset: 0n })
  }
  return positions
}
