import type { ReaderGroupName } from '@pravega-ts/controller-client'
import { type CallOptions, type Deadline, PravegaError, type ScopedStream, StreamCut } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { GroupConfig } from '../state/group-config.ts'
import { configDifferences, mismatch } from './config-differences.ts'
import type { AskedStream, ReaderGroupConfigOptions } from './group-config-options.ts'
import { callDeadline, type GroupContext } from './group-context.ts'
import { groupNameOf, groupText } from './group-name.ts'
import { initialState } from './initial-state.ts'
import { groupContext, openLog } from './open-group.ts'
import { checkOtherKind, type StateStoreKind } from './other-kind.ts'
import { ReaderGroup } from './reader-group.ts'
import { type ResolvedSettings, resolveSettings } from './resolved-config.ts'

const ZERO_UUID = '00000000-0000-0000-0000-000000000000'

/** Options of {@link createReaderGroup}. */
export interface ReaderGroupOptions extends ReaderGroupConfigOptions {
  /**
   * Where the group keeps its state. `'log'`: as the Java client, whose readers, and those of Flink and Spark, can be members.
   * `'table'`: as the Rust client and what is built on it; such a group has no checkpoints, resets, ends or retention. Default `'log'`.
   */
  readonly stateStore?: StateStoreKind | undefined
  /**
   * What to do when there is a group of the same name that keeps its state elsewhere: the two know nothing of each other, and each would
   * deliver every event. `'warn'` tells the logger and the diagnostics channel. Default `'warn'`.
   */
  readonly otherKind?: 'warn' | 'refuse' | 'ignore' | undefined
}

/** What {@link createReaderGroup} resolves to. */
export interface CreatedReaderGroup {
  /** `false`: it existed already, with the same configuration. */
  readonly created: boolean
  readonly group: ReaderGroup
}

/**
 * Creates a group, unless it exists already; then it is opened. So all processes that take part in a group may call it, at any time.
 *
 * @param group - The group, or `scope/group`.
 * @throws PravegaError `READER_GROUP_CONFIG_MISMATCH` when it exists with another configuration, saying what differs; `INVALID_ARGUMENT`,
 * `SCOPE_NOT_FOUND`, `STREAM_NOT_FOUND`, `READER_GROUP_OTHER_STORE` with `otherKind: 'refuse'`
 */
export async function createReaderGroup(
  store: ReaderGroupStore,
  group: ReaderGroupName | string,
  options: ReaderGroupOptions,
  call?: CallOptions,
): Promise<CreatedReaderGroup> {
  const name = groupNameOf(group)
  const { stateStore: kind = 'log', otherKind = 'warn', ...config } = options
  using deadline = callDeadline('Creating', name, call)
  const { settings, asked } = await resolveSettings(store, groupText(name), config, deadline)
  await checkOtherKind(store, name, kind, otherKind, deadline)
  const context = groupContext(store, name, kind)
  try {
    const create = kind === 'log' ? createInLog : createInTable
    const created = await create(context, settings, asked, deadline)
    return { created, group: new ReaderGroup(context) }
  } catch (error) {
    await context.state.close()
    throw error
  }
}

async function createInLog(
  context: GroupContext,
  settings: ResolvedSettings,
  asked: readonly AskedStream[],
  deadline: Deadline,
): Promise<boolean> {
  const { store, group } = context
  // The controller takes groups on streams that are not there; such a group could not begin.
  await initialState(store, { ...settings, id: ZERO_UUID, generation: 0n }, deadline)
  const { created, group: record } = await store.controller.createReaderGroup(group, settings, deadline.rest())
  if (!created) {
    const differences = configDifferences(record.settings, settings, asked)
    if (differences.length > 0) throw mismatch(groupText(group), differences)
  }
  await openLog(context, record, deadline)
  return created
}

async function createInTable(
  context: GroupContext,
  settings: ResolvedSettings,
  asked: readonly AskedStream[],
  deadline: Deadline,
): Promise<boolean> {
  const { store, group, state: states } = context
  const unsupported = [
    ...asked.filter(({ to }) => to !== 'never').map(({ stream }) => `an end of stream ${stream}`),
    ...(settings.retention === 'none' ? [] : [`retention: '${settings.retention}'`]),
  ]
  if (unsupported.length > 0) {
    throw new PravegaError(
      'OPERATION_UNSUPPORTED',
      `Reader group ${groupText(group)} cannot have ${unsupported.join(' and ')}: its state is kept in the table. Use stateStore: 'log', or leave it out`,
    )
  }
  const init = await initialState(store, { ...settings, id: ZERO_UUID, generation: -1n }, deadline)
  const created = await states.initialize(init, deadline.rest())
  const { config } = await states.refresh(deadline.rest())
  if (!created) {
    const differences = tableDifferences(config, settings, asked)
    if (differences.length > 0) throw mismatch(groupText(group), differences)
  }
  return created
}

/** Only what a table keeps. Rust clients do not keep where a start at the tail was. */
function tableDifferences(
  config: GroupConfig,
  settings: ResolvedSettings,
  asked: readonly AskedStream[],
): readonly string[] {
  const isTail = (stream: ScopedStream) => asked.some(one => one.from === 'tail' && one.stream.equals(stream))
  const stored = {
    ...config,
    rolloverSizeBytes: 0n,
    streams: config.streams.map(entry => (isTail(entry.stream) ? { ...entry, from: StreamCut.UNBOUNDED } : entry)),
  }
  const wanted = {
    ...settings,
    automaticCheckpointIntervalMs: config.automaticCheckpointIntervalMs,
    maxOutstandingCheckpoints: config.maxOutstandingCheckpoints,
    streams: settings.streams.map(entry => (isTail(entry.stream) ? { ...entry, from: StreamCut.UNBOUNDED } : entry)),
  }
  return configDifferences(
    stored,
    wanted,
    asked.map(entry => ({ ...entry, from: 'head' as const })),
  )
}
