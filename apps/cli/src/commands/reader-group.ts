import type { Checkpoint, ReaderGroup, ReaderGroupName, ReaderPosition } from '@pravega-ts/client'
import { PravegaError, type StreamCut } from '@pravega-ts/model'
import { createReaderGroup } from '@pravega-ts/reader-group'
import { connected, type Run, type Session } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { count } from '../human.ts'
import { type GroupSettingsFlags, settingsFrom } from './reader-group-settings.ts'

/** Where a group keeps its state. */
export interface StoreFlags extends ConnectionFlags {
  readonly stateStore?: 'log' | 'table'
}

export interface CreateGroupFlags extends StoreFlags, GroupSettingsFlags {
  readonly ifAbsent?: boolean
  readonly refuseOtherKind?: boolean
}

export interface DeleteGroupFlags extends StoreFlags {
  readonly ifExists?: boolean
}

export interface OfflineFlags extends StoreFlags {
  readonly position?: ReaderPosition
}

export interface CheckpointFlags extends ConnectionFlags {
  readonly name?: string
  readonly cancel?: boolean
}

export interface CutsFlags extends ConnectionFlags {
  readonly now?: boolean
}

export const createGroup: Run<CreateGroupFlags, [ReaderGroupName]> = connected(
  async ({ factory, output, call }, flags, name) => {
    const { stateStore, refuseOtherKind = false } = flags
    const options = { ...settingsFrom(flags), stateStore, otherKind: refuseOtherKind ? 'refuse' : 'warn' } as const
    const { created } = await createReaderGroup(factory.segmentStore, name, options, call)
    if (!created && flags.ifAbsent !== true) {
      throw new CliError(
        'ALREADY_EXISTS',
        EXIT.refused,
        `reader group ${text(name)} exists already.`,
        'Use --if-absent if that is fine, or begin anew with `pravega reader-group reset`.',
      )
    }
    const streams = options.streams.map(({ stream }) => String(stream))
    output.result(
      { ...name, created, streams },
      created
        ? `created reader group ${text(name)} (${streams.join(', ')})`
        : `reader group ${text(name)} was there already`,
    )
  },
)

export const listGroups: Run<ConnectionFlags, [string]> = connected(async ({ factory, output, call }, _, scope) => {
  for await (const name of factory.listReaderGroups(scope, call)) output.result({ ...name }, text(name))
})

export const deleteGroup: Run<DeleteGroupFlags, [ReaderGroupName]> = connected(
  async ({ factory, output, call }, flags, name) => {
    const deleted = await factory.deleteReaderGroup(name, { stateStore: flags.stateStore }, call)
    if (!deleted && flags.ifExists !== true) {
      throw new CliError(
        'READER_GROUP_NOT_FOUND',
        EXIT.notFound,
        `there is no reader group ${text(name)}.`,
        'Use --if-exists if that is fine.',
      )
    }
    output.result(
      { ...name, deleted },
      deleted ? `deleted reader group ${text(name)}` : `there was no reader group ${text(name)}`,
    )
  },
)

export const takeOffline: Run<OfflineFlags, [ReaderGroupName, string]> = connected(
  async (session, flags, name, reader) => {
    await using group = await open(session, name, flags)
    const wasOnline = await group.readerOffline(reader, flags.position, session.call)
    session.output.result(
      { ...name, reader, wasOnline },
      wasOnline
        ? `reader ${reader} is offline; its segments go to other readers of ${text(name)}`
        : `reader ${reader} was not online in ${text(name)}`,
    )
  },
)

export const makeCheckpoint: Run<CheckpointFlags, [ReaderGroupName]> = connected(async (session, flags, name) => {
  const { output, call } = session
  await using group = await open(session, name)
  if (flags.cancel === true) {
    const cancelled = await group.cancelOutstandingCheckpoints(call)
    output.result({ ...name, cancelled }, `cancelled ${count(cancelled.length, 'checkpoint')} of ${text(name)}`)
    return
  }
  const checkpoint = await answered(name, group.initiateCheckpoint(flags.name, call))
  output.result(checkpointObject(name, checkpoint), checkpoint.toText())
})

export const showCuts: Run<CutsFlags, [ReaderGroupName]> = connected(async (session, flags, name) => {
  const { output, call } = session
  await using group = await open(session, name)
  const cuts = flags.now === true ? await answered(name, group.generateStreamCuts(call)) : await group.streamCuts(call)
  for (const [stream, cut] of cuts) output.result({ ...name, stream, cut: cut.toText() }, `${stream}  ${cut.toText()}`)
})

export const retain: Run<ConnectionFlags, [ReaderGroupName, StreamCut]> = connected(async (session, _, name, cut) => {
  await using group = await open(session, name)
  await group.updateRetentionStreamCut(cut, session.call)
  const stream = String(cut.stream)
  session.output.result({ ...name, stream }, `${stream} may drop what is before the cut, as far as ${text(name)} goes`)
})

/** The error of who waits for readers names those; this says what can be done about them. */
async function answered<T>(group: ReaderGroupName, answers: Promise<T>): Promise<T> {
  try {
    return await answers
  } catch (error) {
    if (!PravegaError.is(error, 'DEADLINE_EXCEEDED')) throw error
    const remedy = `take it offline with \`pravega reader-group offline ${text(group)} READER\``
    const hint = `If a reader that it waits for has died, ${remedy}. Otherwise give it more time with --timeout.`
    throw new CliError(error.code, EXIT.unreachable, error.message, hint)
  }
}

export function open({ factory, call }: Session, name: ReaderGroupName, flags: StoreFlags = {}): Promise<ReaderGroup> {
  return factory.openReaderGroup(name, { stateStore: flags.stateStore }, call)
}

export function text({ scope, name }: ReaderGroupName): string {
  return `${scope}/${name}`
}

function checkpointObject(name: ReaderGroupName, checkpoint: Checkpoint): Record<string, unknown> {
  const cuts = Object.fromEntries([...checkpoint.cuts].map(([stream, cut]) => [stream, cut.toText()]))
  return { ...name, checkpoint: checkpoint.name, cuts, text: checkpoint.toText() }
}
