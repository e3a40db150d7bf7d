import { isSilent } from './checkpoint-queries.ts'
import { illegal } from './illegal-update.ts'
import { inJavaHashOrder } from './java-hash-order.ts'
import { withEntries, withEntry, withReplaced } from './persistent-map.ts'
import type { CheckpointProgress, Checkpoints, Offsets, ReaderGroupState } from './reader-group-state.ts'
import type { UpdateOf } from './updates.ts'

const NOBODY: ReadonlySet<string> = new Set()

export function createCheckpoint(
  state: ReaderGroupState,
  { checkpoint: id }: UpdateOf<'createCheckpoint'>,
): ReaderGroupState {
  const { list } = state.checkpoints
  if (isKnown(list, id)) return state
  const created = { id, waitingFor: new Set(state.assigned.keys()), positions: state.unassigned }
  return withList(state, [...list, created])
}

export function checkpointReader(
  state: ReaderGroupState,
  { type, checkpoint, reader, positions }: UpdateOf<'checkpointReader'>,
): ReaderGroupState {
  const underWay = state.checkpoints.list.find(one => one.id === checkpoint && one.waitingFor.size > 0)
  if (underWay !== undefined && !underWay.waitingFor.has(reader)) {
    throw illegal(type, `checkpoint ${checkpoint} does not wait for reader ${reader}`, { reader, checkpoint })
  }
  const checkpoints =
    underWay === undefined ? state.checkpoints : answered(state.checkpoints, underWay, reader, positions)
  if (isSilent(checkpoint)) return { ...state, checkpoints }
  const owned = state.assigned.get(reader)
  // Java members do not check this: they fail with a null pointer.
  if (owned === undefined) {
    throw illegal(type, `reader ${reader} is not online (checkpoint ${checkpoint})`, { reader, checkpoint })
  }
  return { ...state, checkpoints, assigned: withEntry(state.assigned, reader, withReplaced(owned, positions)) }
}

/** What a reader that leaves has not answered counts as answered with its last offsets. */
export function checkpointsWithoutReader(checkpoints: Checkpoints, reader: string, last: Offsets): Checkpoints {
  const waiting = checkpoints.list.filter(({ waitingFor }) => waitingFor.size > 0)
  // When several become complete by this, the order decides which is the last one; Java takes them as its hash map has them.
  const inOrder = inJavaHashOrder(waiting, ({ id }) => id)
  return inOrder
    .filter(({ waitingFor }) => waitingFor.has(reader))
    .reduce((before, checkpoint) => answered(before, checkpoint, reader, last), checkpoints)
}

export function clearCheckpointsBefore(
  state: ReaderGroupState,
  { checkpoint: id }: UpdateOf<'clearCheckpointsBefore'>,
): ReaderGroupState {
  const { list } = state.checkpoints
  const first = list.findIndex(one => one.id === id)
  if (first <= 0 || !isKnown(list, id)) return state
  // An id can be there twice, when it was cancelled and used again; it is cleared as a whole.
  const cleared = new Set(list.slice(0, first).map(one => one.id))
  return withList(
    state,
    list.slice(first).map(one => (cleared.has(one.id) ? cancelled(one) : one)),
  )
}

export function removeOutstandingCheckpoints(state: ReaderGroupState): ReaderGroupState {
  const { list } = state.checkpoints
  const outstanding = (one: CheckpointProgress): boolean => one.waitingFor.size > 0 && !isSilent(one.id)
  if (!list.some(outstanding)) return state
  return withList(
    state,
    list.map(one => (outstanding(one) ? cancelled(one) : one)),
  )
}

function answered(
  checkpoints: Checkpoints,
  checkpoint: CheckpointProgress,
  reader: string,
  positions: Offsets,
): Checkpoints {
  const waitingFor = new Set(checkpoint.waitingFor)
  waitingFor.delete(reader)
  const gathered = withEntries(checkpoint.positions ?? new Map(), positions)
  const list = checkpoints.list.map(one => (one === checkpoint ? { ...one, waitingFor, positions: gathered } : one))
  if (waitingFor.size > 0 || isSilent(checkpoint.id)) return { ...checkpoints, list }
  return { list, last: gathered, published: false }
}

function isKnown(list: readonly CheckpointProgress[], id: string): boolean {
  return list.some(one => one.id === id && one.positions !== undefined)
}

function cancelled({ id }: CheckpointProgress): CheckpointProgress {
  return { id, waitingFor: NOBODY, positions: undefined }
}

function withList(state: ReaderGroupState, list: readonly CheckpointProgress[]): ReaderGroupState {
  return { ...state, checkpoints: { ...state.checkpoints, list } }
}
