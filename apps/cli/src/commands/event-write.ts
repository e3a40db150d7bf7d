import { buffer } from 'node:stream/consumers'
import { bytesSerializer, type EventWriter, type KeyedEvent } from '@pravega-ts/client'
import { ScalingPolicy, type ScopedStream } from '@pravega-ts/model'
import { connected, type Run, type Session } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { count, humanSize } from '../human.ts'
import { ProgressLine } from '../progress.ts'
import { type KeyFlags, keyFinder } from './event-key.ts'
import { linesOf } from './lines.ts'
import { openSource } from './source.ts'
import { createWithScope } from './stream.ts'

export interface WriteEventsFlags extends ConnectionFlags, KeyFlags {
  readonly create?: boolean
  readonly segments?: number
  readonly whole?: boolean
}

const LAST_FLUSH_MS = 5_000

/** What the writer has taken on so far. */
interface Tally {
  events: number
  bytes: number
}

export const writeEvents: Run<WriteEventsFlags, [ScopedStream, string]> = connected(
  async (session, flags, stream, file) => {
    const { cli, factory, output, call } = session
    if (flags.segments !== undefined && flags.create !== true) throw usage('--segments is for --create.')
    const split = keyFinder(flags)
    const source = await openSource(session, file, folder => `cat ${folder}/* | pravega event write ...`)
    if (flags.create === true) await create(session, stream, flags.segments ?? 1)
    const writer = await factory.createEventWriter(stream, { serializer: bytesSerializer })
    const tally: Tally = { events: 0, bytes: 0 }
    const started = performance.now()
    try {
      using progress = new ProgressLine(cli.stderr, !output.json, 'written', source.size)
      const lines = flags.whole === true ? [await buffer(source.data)] : linesOf(source.data)
      await writer.writeAll(events(lines, split, tally, progress), { ...call, timeoutMs: undefined })
    } catch (error) {
      if (cli.interruption !== undefined) throw await stopped(writer, stream, tally)
      // Of a line that cannot be read it is said that those before it were written.
      if (error instanceof CliError) await writer.flush(call)
      throw error
    } finally {
      source.data.destroy()
    }
    const ms = Math.round(performance.now() - started)
    output.result(
      { scope: stream.scope, stream: stream.stream, ...tally, ms },
      `wrote ${count(tally.events, 'event')} (${humanSize(tally.bytes)}) to ${stream} in ${(ms / 1000).toFixed(1)} s`,
    )
  },
)

async function* events(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  split: (piece: Uint8Array) => KeyedEvent<Uint8Array>,
  tally: Tally,
  progress: ProgressLine,
): AsyncGenerator<KeyedEvent<Uint8Array>> {
  for await (const piece of pieces) {
    const keyed = split(piece)
    yield keyed
    // Whoever asks for the next one has taken this one on.
    tally.events += 1
    tally.bytes += keyed.event.length
    progress.update(BigInt(tally.bytes))
  }
}

async function create({ manager, call }: Session, stream: ScopedStream, segments: number): Promise<void> {
  const configuration = { scaling: ScalingPolicy.fixed(segments) }
  await createWithScope(manager, stream, () => manager.createStream(stream, configuration, call), call)
}

/** What was taken on is finished; a second Ctrl-C does not wait for that. */
async function stopped(writer: EventWriter<Uint8Array>, stream: ScopedStream, { events }: Tally): Promise<CliError> {
  const flushed = await writer.flush({ timeoutMs: LAST_FLUSH_MS }).then(
    () => true,
    () => false,
  )
  const outcome = flushed
    ? `${count(events, 'event')} were written to ${stream}.`
    : `of ${count(events, 'event')}, the last ones may not be in ${stream}.`
  return new CliError('ABORTED', EXIT.interrupted, `stopped; ${outcome}`)
}

function usage(message: string): CliError {
  return new CliError('USAGE', EXIT.usage, message)
}
