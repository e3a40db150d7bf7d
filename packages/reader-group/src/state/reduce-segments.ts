import { ScopedSegment } from '@pravega-ts/model'
import { illegal } from './illegal-update.ts'
import { withEntries, withEntry, without, withReplaced } from './persistent-map.ts'
import type { Offsets, ReaderGroupState, SegmentName } from './reader-group-state.ts'
import type { ReaderGroupUpdate, UpdateOf } from './updates.ts'

const SMALLEST_LAG_MS = 30_000n

/** A lag as members count with it: smaller ones count as 30 s. */
export function countedLag(lag: bigint): bigint {
  if (lag < SMALLEST_LAG_MS) return SMALLEST_LAG_MS
  return lag
}

export function acquireSegment(
  state: ReaderGroupState,
  { type, reader, segment }: UpdateOf<'acquireSegment'>,
): ReaderGroupState {
  const owned = ownedOf(state, type, reader, segment)
  const offset = state.unassigned.get(segment)
  if (offset === undefined)
    throw illegal(type, `segment ${segment} is not unassigned, reader ${reader} cannot have it`, { reader, segment })
  return {
    ...state,
    assigned: withEntry(state.assigned, reader, withEntry(owned, segment, offset)),
    unassigned: without(state.unassigned, segment),
  }
}

export function releaseSegment(
  state: ReaderGroupState,
  { type, reader, segment, offset }: UpdateOf<'releaseSegment'>,
): ReaderGroupState {
  const owned = withoutOwned(state, type, reader, segment)
  return {
    ...state,
    assigned: withEntry(state.assigned, reader, owned),
    unassigned: withEntry(state.unassigned, segment, offset),
    lastRead: withReplaced(state.lastRead, [[segment, offset]]),
  }
}

export function updateDistanceToTail(
  state: ReaderGroupState,
  { reader, lag, offsets }: UpdateOf<'updateDistanceToTail'>,
): ReaderGroupState {
  return {
    ...state,
    lag: withEntry(state.lag, reader, countedLag(lag)),
    lastRead: withReplaced(state.lastRead, offsets),
  }
}

export function segmentCompleted(
  state: ReaderGroupState,
  { type, reader, segment, successors, ranges }: UpdateOf<'segmentCompleted'>,
): ReaderGroupState {
  const owned = withoutOwned(state, type, reader, segment)
  const completed = ScopedSegment.parse(segment).segmentId
  const future = new Map<SegmentName, ReadonlySet<bigint>>()
  const ready: [SegmentName, bigint][] = []
  const known = new Map(state.ranges)
  known.delete(segment)
  const wait = (name: SegmentName, predecessors: Iterable<bigint>): void => {
    const left = new Set(predecessors)
    left.delete(completed)
    if (left.size > 0) future.set(name, left)
    else ready.push([name, 0n])
  }
  for (const [name, predecessors] of state.future) wait(name, predecessors)
  for (const [name, predecessors] of successors) {
    if (state.future.has(name)) continue
    const range = ranges.get(name)
    if (range !== undefined) known.set(name, range)
    wait(name, predecessors)
  }
  const lastRead = without(state.lastRead, segment)
  return {
    ...state,
    assigned: withEntry(state.assigned, reader, owned),
    future,
    unassigned: withEntries(state.unassigned, ready),
    lastRead: withEntries(
      lastRead,
      ready.filter(([name]) => !lastRead.has(name)),
    ),
    ranges: known,
  }
}

function ownedOf(
  state: ReaderGroupState,
  type: ReaderGroupUpdate['type'],
  reader: string,
  segment: SegmentName,
): Offsets {
  const owned = state.assigned.get(reader)
  if (owned === undefined) {
    throw illegal(type, `reader ${reader} is not online (segment ${segment})`, { reader, segment })
  }
  return owned
}

function withoutOwned(
  state: ReaderGroupState,
  type: ReaderGroupUpdate['type'],
  reader: string,
  segment: SegmentName,
): Offsets {
  const owned = ownedOf(state, type, reader, segment)
  if (!owned.has(segment)) throw illegal(type, `reader ${reader} does not own segment ${segment}`, { reader, segment })
  return without(owned, segment)
}
