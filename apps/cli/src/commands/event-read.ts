import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { bytesSerializer, type EventReader, type ReaderGroup, type ReaderGroupName } from '@pravega-ts/client'
import { PravegaError, type ScopedStream, type StreamCut } from '@pravega-ts/model'
import { connected, type Run, type Session } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { count } from '../human.ts'
import { eventLine } from './event-text.ts'

export interface ReadEventsFlags extends ConnectionFlags {
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
const CLEAN_UP_MS = 10_000

export const readEvents: Run<ReadEventsFlags, [ScopedStream]> = connected(async (session, flags, stream) => {
  const { cli, output, factory } = session
  if (flags.reader !== undefined && flags.group === undefined) throw usage('--reader is for --group.')
  const toFile = flags.output !== undefined && flags.output !== '-'
  const group = await openGroup(session, flags, stream)
  let events = 0
  try {
    const reader = await group.createReader({ readerId: flags.reader, serializer: bytesSerializer })
    async function* lines(): AsyncGenerator<Buffer> {
      for await (const line of eventLines(session, flags, reader)) {
        yield line
        events += 1
      }
    }
    try {
      if (toFile) await pipeline(lines, createWriteStream(flags.output), { signal: cli.signal })
      else await pipeline(lines, cli.stdout, { signal: cli.signal, end: false })
    } finally {
      await reader.close()
    }
  } finally {
    await group.close()
    if (flags.group === undefined) await factory.deleteReaderGroup(group, {}, { timeoutMs: CLEAN_UP_MS })
  }
  const value = { scope: stream.scope, stream: stream.stream, events }
  const text = `read ${count(events, 'event')} of ${stream}`
  if (toFile) output.result({ ...value, file: flags.output }, `${text} to ${flags.output}`)
  else if (output.json) output.summary(value, text)
})

/** What goes out; an event is acknowledged when the one behind it is asked for, so when it has been taken. */
async function* eventLines(
  { cli, output }: Session,
  flags: ReadEventsFlags,
  reader: EventReader<Uint8Array>,
): AsyncGenerator<Buffer> {
  const { follow = false, idle = IDLE_MS, group } = flags
  const timeoutMs = follow || group === undefined ? undefined : idle
  let left = flags.count ?? Number.POSITIVE_INFINITY
  while (left > 0) {
    const item = await reader.read({ signal: cli.signal, timeoutMs })
    if (item.kind === 'idle' || item.kind === 'endOfData') return
    if (item.kind === 'truncated') {
      output.note(`${item.segment}: what was between ${item.from} and ${item.to} was truncated away`)
    }
    if (item.kind !== 'event') continue
    yield eventLine(item.event, output.json, flags.pointers === true)
    left -= 1
  }
  // Taken by whoever reads the output: it counts as read.
  await reader.read({ timeoutMs: 1 })
}

/** A group of the user's, made if it is not there; or one for this command alone. */
async function openGroup(
  { factory, call }: Session,
  flags: ReadEventsFlags,
  stream: ScopedStream,
): Promise<ReaderGroup> {
  const { group, from, follow = false } = flags
  if (group === undefined) {
    const name = { scope: stream.scope, name: `pravega-cli-${randomUUID()}` }
    const part = { stream, from, to: follow ? ('never' as const) : ('tail' as const) }
    return await factory.createReaderGroup(name, { streams: [part], automaticCheckpointIntervalMs: -1 }, call)
  }
  const opened = await factory.openReaderGroup(group, {}, call).catch((error: unknown) => {
    if (PravegaError.is(error, 'READER_GROUP_NOT_FOUND')) return undefined
    throw error
  })
  if (opened === undefined) return await factory.createReaderGroup(group, { streams: [{ stream, from }] }, call)
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
