import { illegal } from './illegal-update.ts'
import { withEntries, withEntry, without } from './persistent-map.ts'
import type { Offsets, ReaderGroupState, SegmentName } from './reader-group-state.ts'
import { checkpointsWithoutReader } from './reduce-checkpoints.ts'
import type { UpdateOf } from './updates.ts'

const UNKNOWN_LAG = 2n ** 63n - 1n
const NOTHING: Offsets = new Map()

export function addReader(state: ReaderGroupState, { reader, type }: UpdateOf<'addReader'>): ReaderGroupState {
  if (state.assigned.has(reader)) throw illegal(type, `reader ${reader} is online already`, { reader })
  return {
    ...state,
    assigned: withEntry(state.assigned, reader, NOTHING),
    // A lag update that came after the reader's removal may have left a value; Java members go on with that.
    lag: state.lag.has(reader) ? state.lag : withEntry(state.lag, reader, UNKNOWN_LAG),
  }
}

export function removeReader(state: ReaderGroupState, { reader, offsets }: UpdateOf<'removeReader'>): ReaderGroupState {
  const last = new Map<SegmentName, bigint>()
  for (const [segment, recorded] of state.assigned.get(reader) ?? NOTHING) {
    last.set(segment, offsets.get(segment) ?? recorded)
  }
  return {
    ...state,
    assigned: without(state.assigned, reader),
    unassigned: withEntries(state.unassigned, last),
    lag: without(state.lag, reader),
    checkpoints: checkpointsWithoutReader(state.checkpoints, reader, last),
  }
}
