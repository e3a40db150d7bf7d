import type { ReaderGroupName } from '@pravega-ts/controller-client'
import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { StateStore } from '../stores/state-store.ts'
import { groupText } from './group-name.ts'
import type { StateStoreKind } from './other-kind.ts'

/** What all calls of one group object need. */
export interface GroupContext {
  readonly store: ReaderGroupStore
  readonly group: ReaderGroupName
  readonly kind: StateStoreKind
  /** Of the group object itself; each reader has its own. */
  readonly state: StateStore
  /** One more member's view of it. */
  newState(): StateStore
}

/** Controller calls have 130 s for themselves: servers give up on their own work after 120 s. */
const DEFAULT_CALL_MS = 150_000

/** The time of one call, as in "Resetting reader group a/b". */
export function callDeadline(what: string, group: ReaderGroupName, call: CallOptions | undefined): Deadline {
  return new Deadline(`${what} reader group ${groupText(group)}`, call, DEFAULT_CALL_MS)
}

/** @throws PravegaError `OPERATION_UNSUPPORTED` */
export function needCheckpoints({ group, state }: GroupContext, what: string): void {
  if (state.features.checkpoints) return
  throw new PravegaError(
    'OPERATION_UNSUPPORTED',
    `${what} of reader group ${groupText(group)} is not possible: its state is kept in the ${state.features.kind}, ` +
      "which holds assignments and positions only. Groups with stateStore: 'log' can do it",
    { details: { group: groupText(group) } },
  )
}
