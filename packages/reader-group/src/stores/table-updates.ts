import { PravegaError } from '@pravega-ts/model'
import type { Offsets, ReaderGroupState } from '../state/reader-group-state.ts'
import { reduce } from '../state/reduce.ts'
import type { ReaderGroupUpdate } from '../state/updates.ts'

/**
 * The state after an update, as a table keeps it: what readers have acknowledged becomes their recorded position at once, as there are no
 * checkpoints. Offsets of -1 are left out: Rust clients would read there.
 *
 * @throws PravegaError `OPERATION_UNSUPPORTED` for what the table has no place for, `ILLEGAL_STATE_UPDATE`
 */
export function reduceInTable(state: ReaderGroupState, update: ReaderGroupUpdate): ReaderGroupState {
  switch (update.type) {
    case 'addReader':
    case 'acquireSegment':
    case 'segmentCompleted':
      return reduce(state, update)
    case 'releaseSegment': {
      const recorded = state.assigned.get(update.reader)?.get(update.segment)
      const offset = update.offset < 0n && recorded !== undefined ? recorded : update.offset
      return reduce(state, { ...update, offset })
    }
    case 'removeReader':
      return reduce(state, { ...update, offsets: existing(update.offsets) })
    case 'updateDistanceToTail':
      return withPositions(state, update.reader, existing(update.offsets))
    default:
      throw new PravegaError(
        'OPERATION_UNSUPPORTED',
        `The update ${update.type} has no place in a reader group whose state is kept in the table: that holds assignments and ` +
          "positions only. Use a group with stateStore: 'log'",
        { details: { type: update.type } },
      )
  }
}

function withPositions(state: ReaderGroupState, reader: string, offsets: Offsets): ReaderGroupState {
  const owned = state.assigned.get(reader)
  if (owned === undefined) return state
  const moved = new Map([...owned].map(([segment, recorded]) => [segment, offsets.get(segment) ?? recorded] as const))
  return { ...state, assigned: new Map(state.assigned).set(reader, moved) }
}

function existing(offsets: Offsets): Offsets {
  return new Map([...offsets].filter(([, offset]) => offset >= 0n))
}
