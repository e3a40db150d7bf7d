import type { KeyRange } from '@pravega-ts/model'
import { illegal } from './illegal-update.ts'
import type { ReaderGroupState, SegmentName } from './reader-group-state.ts'
import {
  checkpointReader,
  clearCheckpointsBefore,
  createCheckpoint,
  removeOutstandingCheckpoints,
} from './reduce-checkpoints.ts'
import { addReader, removeReader } from './reduce-readers.ts'
import { acquireSegment, releaseSegment, segmentCompleted, updateDistanceToTail } from './reduce-segments.ts'
import type { Compact, Init, ReaderGroupUpdate } from './updates.ts'

/**
 * The state of a group after an update. Pure; what did not change is shared with the state before.
 *
 * @param state - Undefined before the first update, which must be `init` or `compact`.
 * @throws PravegaError `ILLEGAL_STATE_UPDATE` for an update that Java members refuse as well. Written nevertheless, it would make
 * every member fail for good
 */
export function reduce(state: ReaderGroupState | undefined, update: ReaderGroupUpdate): ReaderGroupState {
  if (update.type === 'init') return begun(update)
  if (update.type === 'compact') return restored(update)
  if (state === undefined) throw illegal(update.type, 'the group has no state yet, and begins with init or compact')
  switch (update.type) {
    case 'addReader':
      return addReader(state, update)
    case 'removeReader':
      return removeReader(state, update)
    case 'releaseSegment':
      return releaseSegment(state, update)
    case 'acquireSegment':
      return acquireSegment(state, update)
    case 'updateDistanceToTail':
      return updateDistanceToTail(state, update)
    case 'segmentCompleted':
      return segmentCompleted(state, update)
    case 'checkpointReader':
      return checkpointReader(state, update)
    case 'createCheckpoint':
      return createCheckpoint(state, update)
    case 'clearCheckpointsBefore':
      return clearCheckpointsBefore(state, update)
    case 'removeOutstandingCheckpoints':
      return removeOutstandingCheckpoints(state)
    case 'updateCheckpointPublished':
      return { ...state, checkpoints: { ...state.checkpoints, published: update.published } }
    case 'updatingConfig':
      return { ...state, updatingConfig: update.updating }
  }
}

function begun({ type, config, starts, ends, ranges, updatingConfig }: Init): ReaderGroupState {
  if (starts.size === 0) throw illegal(type, 'it names no segment to start from')
  const known = new Map<SegmentName, KeyRange>()
  for (const [segment, range] of ranges) if (range !== undefined && starts.has(segment)) known.set(segment, range)
  return {
    config,
    assigned: new Map(),
    unassigned: new Map(starts),
    future: new Map(),
    lag: new Map(),
    lastRead: new Map(starts),
    end: new Map(ends),
    ranges: known,
    checkpoints: { list: [], last: undefined, published: true },
    updatingConfig,
  }
}

/** A compaction cannot tell "no last checkpoint" from one without positions; a group has segments, so it is the former. */
function restored({ state }: Compact): ReaderGroupState {
  if (state.checkpoints.last?.size !== 0) return state
  return { ...state, checkpoints: { ...state.checkpoints, last: undefined } }
}
