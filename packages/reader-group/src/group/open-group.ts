import type { ReaderGroupName, ReaderGroupRecord } from '@pravega-ts/controller-client'
import { type CallOptions, type Deadline, PravegaError } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import { logStore } from '../stores/log-store.ts'
import type { StateStore } from '../stores/state-store.ts'
import { tableStore } from '../stores/table-store.ts'
import { callDeadline, type GroupContext } from './group-context.ts'
import { groupNameOf, logStreamOf, tableSegmentOf } from './group-name.ts'
import { initialState } from './initial-state.ts'
import { notFound, type StateStoreKind } from './other-kind.ts'
import { ReaderGroup } from './reader-group.ts'
import { settleReset } from './reset.ts'

/** Options of {@link openReaderGroup}. */
export interface OpenReaderGroupOptions {
  /** Where the group keeps its state. Default `'log'`, as groups of the Java client do; those of the Rust client: `'table'`. */
  readonly stateStore?: StateStoreKind | undefined
}

/**
 * Opens a group that exists; every process that takes part in it does so. See `createReaderGroup` for a new one.
 *
 * @param group - The group, or `scope/group`.
 * @throws PravegaError `READER_GROUP_NOT_FOUND`; `READER_GROUP_OTHER_STORE` when there is one of this name whose state is kept elsewhere
 */
export async function openReaderGroup(
  store: ReaderGroupStore,
  group: ReaderGroupName | string,
  options: OpenReaderGroupOptions = {},
  call?: CallOptions,
): Promise<ReaderGroup> {
  const name = groupNameOf(group)
  const { stateStore: kind = 'log' } = options
  using deadline = callDeadline('Opening', name, call)
  const context = groupContext(store, name, kind)
  try {
    if (kind === 'log') await openLog(context, await recordOf(context, deadline), deadline)
    else await context.state.refresh(deadline.rest())
    return new ReaderGroup(context)
  } catch (error) {
    await context.state.close()
    throw PravegaError.is(error, 'READER_GROUP_NOT_FOUND') ? await notFound(store, name, kind, deadline, error) : error
  }
}

export function groupContext(store: ReaderGroupStore, group: ReaderGroupName, kind: StateStoreKind): GroupContext {
  const newState = (): StateStore =>
    kind === 'log' ? logStore(store, logStreamOf(group)) : tableStore(store, tableSegmentOf(group))
  return { store, group, kind, newState, state: newState() }
}

async function recordOf({ store, group }: GroupContext, deadline: Deadline): Promise<ReaderGroupRecord> {
  return await store.controller.getReaderGroup(group, deadline.rest())
}

/**
 * Looks at the log of a group that the controller knows. Whoever made the group, or was resetting it, may have died before the log had
 * what the controller has: then it is written now.
 */
export async function openLog(context: GroupContext, record: ReaderGroupRecord, deadline: Deadline): Promise<void> {
  const { store, group, state: states } = context
  const state = await states.refresh(deadline.rest()).catch(async (error: unknown) => {
    if (!PravegaError.is(error, 'READER_GROUP_NOT_FOUND')) throw error
    const { rolloverSizeBytes: _, ...settings } = record.settings
    const config = { ...settings, id: record.id, generation: record.generation }
    await states.initialize(await initialState(store, config, deadline), deadline.rest())
    return await states.refresh(deadline.rest())
  })
  if (state.updatingConfig) await settleReset(store, group, states, deadline.rest())
}
