import { type CallOptions, type Deadline, PravegaError, type StreamCut } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { GroupConfig } from '../state/group-config.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import type { Init, ReaderGroupUpdate } from '../state/updates.ts'
import type { StateStore } from '../stores/state-store.ts'
import type { ReaderGroupConfigOptions } from './group-config-options.ts'
import { callDeadline, type GroupContext, needCheckpoints } from './group-context.ts'
import { groupNameOf, groupText } from './group-name.ts'
import { initialState } from './initial-state.ts'
import { resolveSettings } from './resolved-config.ts'

const ZERO_UUID = '00000000-0000-0000-0000-000000000000'

/** Makes the group begin anew with this configuration; what it leaves out stays as it is. */
export async function resetGroup(
  context: GroupContext,
  changes: (state: ReaderGroupState) => Partial<ReaderGroupConfigOptions>,
  call: CallOptions | undefined,
): Promise<void> {
  needCheckpoints(context, 'A reset')
  using deadline = callDeadline('Resetting', context.group, call)
  const { store, group, state: states } = context
  const { controller } = store
  let state = await states.refresh(deadline.rest())
  for (;;) {
    deadline.check()
    const seen = state.config
    const { settings } = await resolveSettings(store, groupText(group), { ...seen, ...given(changes(state)) }, deadline)
    if (seen.id === ZERO_UUID) {
      await adopt(context, settings, deadline)
      return
    }
    // Before anything is changed, so that streams that are not there stop it in time.
    const first = await initialState(store, { ...settings, id: seen.id, generation: seen.generation }, deadline)
    if (await announce(states, seen, deadline)) {
      try {
        const incarnation = { ...group, id: seen.id, generation: seen.generation }
        const generation = await controller.updateReaderGroup(incarnation, settings, deadline.rest())
        await begin(states, { ...first, config: { ...first.config, generation } }, deadline)
        return
      } catch (error) {
        if (!PravegaError.is(error, 'READER_GROUP_CONFIG_MISMATCH')) throw error
        // Somebody else was faster at the controller: its configuration decides.
        const settled = await settleReset(store, group, states, deadline.rest())
        state = await states.refresh(deadline.rest())
        if (!settled && state.config.generation === seen.generation) throw error
        continue
      }
    }
    state = await states.refresh(deadline.rest())
  }
}

/** An option that is left out says nothing; one that is undefined neither. */
function given(changes: Partial<ReaderGroupConfigOptions>): Partial<ReaderGroupConfigOptions> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
}

/** The streams of a group, begun at these cuts; those without a cut as they are configured. */
export function streamsFrom(config: GroupConfig, cuts: Iterable<StreamCut>): ReaderGroupConfigOptions['streams'] {
  const given = new Map<string, StreamCut>()
  for (const cut of cuts) {
    if (cut.isUnbounded) {
      throw refuse('UNBOUNDED is of no stream', "Use reset({ streams: [{ stream, from: 'head' }] })")
    }
    if (given.has(String(cut.stream))) throw refuse(`there are two cuts of ${cut.stream}`, 'Give one for each stream')
    given.set(String(cut.stream), cut)
  }
  const streams = config.streams.map(entry => ({ ...entry, from: given.get(String(entry.stream)) ?? entry.from }))
  for (const { stream } of streams) given.delete(String(stream))
  const [foreign] = given.keys()
  if (foreign === undefined) return streams
  throw refuse(`the group does not read stream ${foreign}`, 'Use reset({ streams }) to change the streams of a group')
}

/**
 * Ends a reset that somebody has begun and not ended, if the controller has the new configuration already; whoever sees
 * `updatingConfig` may do so. Resolves to whether it was done.
 */
export async function settleReset(
  store: ReaderGroupStore,
  group: { readonly scope: string; readonly name: string } | string,
  states: StateStore,
  call?: CallOptions,
): Promise<boolean> {
  const name = groupNameOf(group)
  using deadline = callDeadline('Ending the reset of', name, call)
  const { id, generation, settings } = await store.controller.getReaderGroup(name, deadline.rest())
  const { rolloverSizeBytes: _, ...rest } = settings
  const known = states.state ?? (await states.refresh(deadline.rest()))
  if (id !== known.config.id || generation <= known.config.generation) return false
  return await begin(states, await initialState(store, { ...rest, id, generation }, deadline), deadline)
}

/** Tells the others that the configuration is about to change. `false`: it has changed already. */
async function announce(states: StateStore, seen: GroupConfig, deadline: Deadline): Promise<boolean> {
  return await states.transact<boolean>(({ config }) => {
    const isSeen = config.id === seen.id && config.generation === seen.generation
    const update: ReaderGroupUpdate = { type: 'updatingConfig', updating: true }
    return { updates: isSeen ? [update] : [], result: isSeen }
  }, deadline.rest())
}

async function begin(states: StateStore, init: Init, deadline: Deadline): Promise<boolean> {
  return await states.transact<boolean>(({ config }) => {
    const isNewer = config.generation < init.config.generation
    return { updates: isNewer ? [init] : [], result: isNewer }
  }, deadline.rest())
}

/** A group from before Pravega 0.9, which the controller does not know: from now on it does. */
async function adopt(
  { store, group, state: states }: GroupContext,
  settings: Omit<GroupConfig, 'id' | 'generation'>,
  deadline: Deadline,
): Promise<void> {
  const { group: record } = await store.controller.createReaderGroup(group, settings, deadline.rest())
  const { rolloverSizeBytes: _, ...stored } = record.settings
  const config = { ...stored, id: record.id, generation: record.generation }
  const init = await initialState(store, config, deadline)
  await states.transact(
    state => ({ updates: state.config.id === ZERO_UUID ? [init] : [], result: undefined }),
    deadline.rest(),
  )
}

function refuse(why: string, remedy: string): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', `Stream cuts for a reset are refused: ${why}. ${remedy}`)
}
