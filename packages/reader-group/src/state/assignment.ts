import { javaStringHash, ScopedSegment, textPosition } from '@pravega-ts/model'
import { inJavaHashOrder } from './java-hash-order.ts'
import type { Offsets, ReaderGroupState, SegmentName } from './reader-group-state.ts'
import { countedLag } from './reduce-segments.ts'

const DELAY_UNIT_MS = 1000

export function onlineReaders(state: ReaderGroupState): readonly string[] {
  return [...state.assigned.keys()]
}

export function isOnline(state: ReaderGroupState, reader: string): boolean {
  return state.assigned.has(reader)
}

/** Segments of a reader with their recorded offsets; undefined when it is not online. */
export function ownedBy(state: ReaderGroupState, reader: string): Offsets | undefined {
  return state.assigned.get(reader)
}

/** Segments that are or can be read: assigned and unassigned ones, without those that wait for predecessors. */
export function segmentCount(state: ReaderGroupState): number {
  let count = state.unassigned.size
  for (const owned of state.assigned.values()) count += owned.size
  return count
}

/**
 * How much each reader has to do, as Java members compute it: segments times lag, divided by the largest lag of a reader that owns
 * something. The product wraps around at 64 bits, so a reader that has never told its lag and owns several counts as next to nothing.
 */
export function relativeSizes(state: ReaderGroupState): ReadonlyMap<string, number> {
  let largest = -(2n ** 63n)
  for (const [reader, lag] of state.lag) {
    if ((state.assigned.get(reader)?.size ?? 0) === 0) continue
    if (countedLag(lag) > largest) largest = countedLag(lag)
  }
  const sizes = new Map<string, number>()
  for (const [reader, owned] of state.assigned) {
    const product = BigInt.asIntN(64, BigInt(owned.size) * countedLag(state.lag.get(reader) ?? 0n))
    sizes.set(reader, owned.size === 0 ? 0 : Number(product) / Number(largest))
  }
  return sizes
}

/** Place of a reader when all are sorted by relative size: 0 has the most to do. -1 when it is not online. */
export function rankOf(state: ReaderGroupState, reader: string): number {
  return inJavaHashOrder([...relativeSizes(state)], ([id]) => id)
    .sort(([, a], [, b]) => b - a)
    .findIndex(([id]) => id === reader)
}

/** Milliseconds that a reader waits between two decisions about acquiring; the longest for the one that has the most to do. */
export function acquireDelayMs(state: ReaderGroupState, reader: string): number {
  return DELAY_UNIT_MS * (state.assigned.size - rankOf(state, reader))
}

/** Milliseconds that a reader waits between two decisions about releasing; the shortest for the one that has the most to do. */
export function releaseDelayMs(state: ReaderGroupState, reader: string): number {
  return DELAY_UNIT_MS * (1 + rankOf(state, reader))
}

/** How many segments a reader takes at once: its fair share, at least one, none when all have an owner. */
export function countToAcquire(counts: {
  readonly unassigned: number
  readonly total: number
  readonly owned: number
  readonly readers: number
}): number {
  const { unassigned, total, owned, readers } = counts
  if (unassigned === 0) return 0
  const missing = Math.min(unassigned, Math.round(total / readers) - owned)
  return Math.max(Math.floor(unassigned / readers), missing, 1)
}

/** Segments that a reader should acquire now, if no checkpoint waits for it. None when it is not online. */
export function segmentsToAcquire(state: ReaderGroupState, reader: string): readonly SegmentName[] {
  const owned = state.assigned.get(reader)
  if (owned === undefined) return []
  const count = countToAcquire({
    unassigned: state.unassigned.size,
    total: segmentCount(state),
    owned: owned.size,
    readers: state.assigned.size,
  })
  return [...state.unassigned.keys()].slice(0, count)
}

/** The segment that a reader should release now, if no checkpoint waits for it, because another one has much less to do. */
export function segmentToRelease(state: ReaderGroupState, reader: string): SegmentName | undefined {
  const owned = state.assigned.get(reader)
  if (owned === undefined || owned.size <= 1) return undefined
  const sizes = relativeSizes(state)
  const size = sizes.get(reader) ?? 0
  if (!(size > Math.min(...sizes.values()) + Math.max(1, state.unassigned.size))) return undefined
  const seed = javaStringHash(reader)
  let chosen: SegmentName | undefined
  let highest = -1
  for (const segment of owned.keys()) {
    const position = textPosition(segment, seed)
    if (position <= highest) continue
    chosen = segment
    highest = position
  }
  return chosen
}

/**
 * The lag that a reader writes, as Java members count it: the wall clock minus the id of the segment read last; 0 before the first
 * event. A true lag would make it look far smaller than Java members, and they would leave it nearly all segments.
 *
 * @param nowMs - Milliseconds since 1970.
 */
export function lagAt(nowMs: number, lastRead: SegmentName | undefined): bigint {
  return lastRead === undefined ? 0n : BigInt(Math.trunc(nowMs)) - ScopedSegment.parse(lastRead).segmentId
}

/** Milliseconds between two lag updates of a reader. */
export function lagUpdateDelayMs(state: ReaderGroupState): number {
  return DELAY_UNIT_MS * (state.assigned.size + 1)
}
