import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import {
  bytesSerializer,
  type EventReader,
  type ReaderGroup,
  type ReaderGroupName,
  type ReceivedEvent,
} from '@pravega-ts/client'
import { PravegaError, type ScopedStream, type StreamCut } from '@pravega-ts/model'
import { connected, type Run, type Session } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { count, humanDuration } from '../human.ts'
import type { Output } from '../output.ts'
import { eventLine } from './event-text.ts'
import { deleteLeftGroups, ownGroupName } from './own-group.ts'
import type { StoreFlags } from './reader-group.ts'

export interface ReadEventsFlags extends StoreFlags {
  readonly group?: ReaderGroupName
  readonly reader?: string
  readonly from?: 'head' | 'tail' | StreamCut
  readonly follow?: boolean
  readonly count?: number
  readonly idle?: number
  readonly pointers?: boolean
  readonly output?: string
}

const IDLE_MS = 5_000
/** What is there has to come; what is not written yet may take its time. */
const STALL_MS = 120_000
/** For what is left to do when reading has failed or was stopped; the server may be the reason. */
const LEAVE_MS = 5_000

export const readEvents: Run<ReadEventsFlags, [ScopedStream]> = connected(async (session, flags, stream) => {
  const { output } = session
  checkFlags(flags)
  const group = await openGroup(session, flags, stream)
  const tidying = flags.group === undefined ? deleteLeftGroups(session, stream.scope, LEAVE_MS) : undefined
  let events: number
  try {
    events = await readAs(session, flags, group)
  } catch (error) {
    // Why reading failed is worth more than that cleaning up did.
    await cleanUp(session, flags, group).catch(() => {})
    throw error
  }
  await cleanUp(session, flags, group)
  await tidying
  const value = { scope: stream.scope, stream: stream.stream, events }
  const text = `read ${count(events, 'event')} of ${stream}`
  if (isFile(flags.output)) output.result({ ...value, file: flags.output }, `${text} to ${flags.output}`)
  else if (output.json) output.summary(value, text)
})

function checkFlags({ group, reader, idle, follow, stateStore }: ReadEventsFlags): void {
  if (stateStore !== undefined && group === undefined) throw usage('--state-store is for --group.')
  if (reader !== undefined && group === undefined) throw usage('--reader is for --group.')
  if (idle !== undefined && group === undefined) throw usage('--idle is for --group; without one, the end is known.')
  if (idle !== undefined && follow === true) throw usage('--idle and --follow exclude each other; give one of them.')
}

/** Reads as a member of the group. Returns the number of events. */
async function readAs({ cli, output }: Session, flags: ReadEventsFlags, group: ReaderGroup): Promise<number> {
  const { signal } = cli
  const reader = await group.createReader(
    { readerId: flags.reader, serializer: bytesSerializer },
    { signal, timeoutMs: flags.timeout },
  )
  let events = 0
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const event of eventsOf(reader, flags, signal, output)) {
      yield eventLine(event, output.json, flags.pointers === true)
      events += 1
    }
  }
  try {
    if (isFile(flags.output)) await pipeline(lines, createWriteStream(flags.output), { signal })
    else await pipeline(lines, cli.stdout, { signal, end: false })
  } catch (error) {
    await leave(reader).catch(() => {})
    throw error
  }
  await reader.close()
  return events
}

async function leave(reader: EventReader<Uint8Array>): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(() => late.resolve(reader.close({ force: true })), LEAVE_MS)
  await Promise.race([reader.close(), late.promise]).finally(() => clearTimeout(timer))
}

/** An event is acknowledged when the one behind it is asked for: then it has gone out. */
async function* eventsOf(
  reader: EventReader<Uint8Array>,
  { follow = false, idle = IDLE_MS, group, count: most, timeout = STALL_MS }: ReadEventsFlags,
  signal: AbortSignal,
  output: Output,
): AsyncGenerator<ReceivedEvent<Uint8Array>> {
  const timeoutMs = follow ? undefined : group === undefined ? timeout : idle
  const items = reader.items({ signal, timeoutMs, acknowledgeOnBreak: true })
  let given = 0
  for (let next = await items.next(); next.done !== true; next = await items.next()) {
    const item = next.value
    if (item.kind === 'endOfData') return
    if (item.kind === 'idle') {
      if (group !== undefined) return
      throw new PravegaError('DEADLINE_EXCEEDED', `nothing has come for ${humanDuration(timeout)}.`)
    }
    if (item.kind === 'truncated') {
      output.note(`${item.segment}: what was between ${item.from} and ${item.to} was truncated away`)
    }
    if (item.kind !== 'event') continue
    yield item.event
    given += 1
    if (given === most) {
      // Has gone out as well.
      await items.return?.()
      return
    }
  }
}

/** Leaves nothing behind of a group that was made for this command alone. */
async function cleanUp({ factory }: Session, flags: ReadEventsFlags, group: ReaderGroup): Promise<void> {
  await group.close()
  if (flags.group === undefined) await factory.deleteReaderGroup(group, {}, { timeoutMs: LEAVE_MS })
}

function isFile(output: string | undefined): output is string {
  return output !== undefined && output !== '-'
}

/** A group of the user's, made if it is not there; or one for this command alone. */
async function openGroup(
  { factory, call }: Session,
  flags: ReadEventsFlags,
  stream: ScopedStream,
): Promise<ReaderGroup> {
  const { group, from, follow = false, stateStore } = flags
  if (group === undefined) {
    const name = await ownGroupName(stream.scope)
    const part = { stream, from, to: follow ? ('never' as const) : ('tail' as const) }
    return await factory.createReaderGroup(name, { streams: [part], automaticCheckpointIntervalMs: -1 }, call)
  }
  const opened = await factory.openReaderGroup(group, { stateStore }, call).catch((error: unknown) => {
    if (PravegaError.is(error, 'READER_GROUP_NOT_FOUND')) return undefined
    throw error
  })
  if (opened === undefined)
    return await factory.createReaderGroup(group, { streams: [{ stream, from }], stateStore }, call)
  if (from !== undefined) {
    throw new CliError(
      'ALREADY_EXISTS',
      EXIT.refused,
      `group ${group.scope}/${group.name} exists and goes on where it is; --from is for new ones.`,
      'Leave --from out, or use `pravega reader-group reset`.',
    )
  }
  const { streams } = await opened.config(call)
  if (streams.some(one => one.stream.equals(stream))) return opened
  throw new CliError(
    'READER_GROUP_CONFIG_MISMATCH',
    EXIT.refused,
    `group ${group.scope}/${group.name} does not read ${stream}, but ${streams.map(one => one.stream).join(', ')}.`,
  )
}

function usage(message: string): CliError {
  return new CliError('USAGE', EXIT.usage, message)
}
