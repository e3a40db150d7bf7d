import { PravegaError } from '@pravega-ts/model'
import type { GroupConfig } from '../state/group-config.ts'
import type { Offsets, ReaderGroupState } from '../state/reader-group-state.ts'

/** Under which incarnation of the group a reader has joined. */
export interface Membership {
  readonly reader: string
  /** `scope/group` */
  readonly group: string
  readonly config: Pick<GroupConfig, 'id' | 'generation'>
}

/** What only the reader itself changes in the state, as it knows it. */
export interface Evidence {
  /** Segments that it owns, with their recorded offsets. */
  readonly recorded: Offsets
  /** Lags that it may have told last; undefined: the state does not keep them. */
  readonly lags: readonly (bigint | undefined)[] | undefined
}

export const NO_EVIDENCE: Evidence = { recorded: new Map(), lags: undefined }

/**
 * Why a reader is no member any more; undefined: it is one. Segments do not leave a reader, recorded offsets do not change, and no lag
 * is told unless it does that itself: when they are not as they should be, the reader was taken offline, and another one of the same id
 * has come.
 */
export function reasonToLeave(
  state: ReaderGroupState,
  member: Membership,
  { recorded, lags }: Evidence,
): PravegaError | undefined {
  const { reader, group, config } = member
  if (state.config.id !== config.id || state.config.generation !== config.generation) return groupReset(member, state)
  const assigned = state.assigned.get(reader)
  if (assigned === undefined) return takenOffline(reader, group)
  for (const [segment, offset] of recorded) if (assigned.get(segment) !== offset) return takenOffline(reader, group)
  if (lags !== undefined && !lags.includes(state.lag.get(reader))) return takenOffline(reader, group)
  return undefined
}

function takenOffline(reader: string, group: string): PravegaError {
  const why = `Reader ${reader} of group ${group} was taken offline by another member; its segments go to other readers`
  const remedy = 'Close it and create a new one, or create readers with autoRejoin: true'
  return new PravegaError('READER_OFFLINE', `${why}. ${remedy}`, { details: { reader, group } })
}

function groupReset({ reader, group, config }: Membership, state: ReaderGroupState): PravegaError {
  const why = `Reader group ${group} was reset: its readers begin anew, from other positions`
  const remedy = `Close reader ${reader} and create a new one, or create readers with autoRejoin: true`
  return new PravegaError('READER_GROUP_RESET', `${why}. ${remedy}`, {
    details: { reader, group, generation: config.generation, newGeneration: state.config.generation },
  })
}

export function readerExists(reader: string, group: string): PravegaError {
  const why = `Reader ${reader} is online in group ${group} already`
  const remedy = `Choose another id; if it is of a process that is gone, take it offline first: readerOffline('${reader}')`
  return new PravegaError('READER_EXISTS', `${why}. ${remedy}`, { details: { reader, group } })
}

/** After the reader's own call of `offline`. */
export function wentOffline(reader: string, group: string): PravegaError {
  const why = `Reader ${reader} of group ${group} is offline: offline() was called`
  return new PravegaError('READER_OFFLINE', `${why}. Create a new one to read on`, { details: { reader, group } })
}

export function closedReader(reader: string, group: string): PravegaError {
  return new PravegaError('CLOSED', `Reader ${reader} of group ${group} is closed. Create a new one to read on`, {
    details: { reader, group },
  })
}
