import { bytesSerializer, type EventWriter } from '@pravega-ts/client'
import { ScalingPolicy, type ScopedStream } from '@pravega-ts/model'
import { connected, type Run, type Session } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { count } from '../human.ts'
import { type EventInput, type EventInputFlags, openEventInput, type Tally, tallyText } from './event-input.ts'
import { type TransactionFlags, transactionLimits, writeInTransactions } from './event-transactions.ts'
import { createWithScope } from './stream.ts'

export interface WriteEventsFlags extends ConnectionFlags, EventInputFlags, TransactionFlags {
  readonly create?: boolean
  readonly segments?: number
}

const LAST_FLUSH_MS = 5_000

/** What events are written with: a writer, or a transaction. */
type Appender = Pick<EventWriter<Uint8Array>, 'writeAll' | 'flush'>

export const writeEvents: Run<WriteEventsFlags, [ScopedStream, string]> = connected(
  async (session, flags, stream, file) => {
    const { output } = session
    if (flags.segments !== undefined && flags.create !== true) throw usage('--segments is for --create.')
    const limits = transactionLimits(flags)
    using input = await openEventInput(session, flags, file, 'pravega event write')
    if (flags.create === true) await create(session, stream, flags.segments ?? 1)
    const started = performance.now()
    const transactions =
      limits === undefined
        ? await writePlainly(session, stream, input)
        : await writeInTransactions(session, stream, input, limits)
    const ms = Math.round(performance.now() - started)
    const inThese = transactions === undefined ? '' : `, in ${count(transactions, 'transaction')}`
    output.result(
      { scope: stream.scope, stream: stream.stream, ...input.tally, ms, transactions },
      `wrote ${tallyText(input.tally)} to ${stream} in ${(ms / 1000).toFixed(1)} s${inThese}`,
    )
  },
)

async function writePlainly(session: Session, stream: ScopedStream, input: EventInput): Promise<undefined> {
  const writer = await session.factory.createEventWriter(stream, { serializer: bytesSerializer }, session.call)
  await writeInto(writer, session, input, stream)
}

/**
 * Writes all of the input, and waits until it is durable. What was taken on before an interruption, or before a line that cannot be
 * read, is finished.
 *
 * @param where - What the events are in then.
 */
export async function writeInto(
  appender: Appender,
  { cli, call }: Session,
  input: EventInput,
  where: unknown,
): Promise<void> {
  try {
    await appender.writeAll(input, { ...call, timeoutMs: undefined })
  } catch (error) {
    if (cli.interruption !== undefined) throw await stopped(appender, input.tally, where)
    // Of a line that cannot be read it is said that those before it were written.
    if (error instanceof CliError) await appender.flush(call)
    throw error
  }
}

async function create({ manager, call }: Session, stream: ScopedStream, segments: number): Promise<void> {
  const configuration = { scaling: ScalingPolicy.fixed(segments) }
  await createWithScope(manager, stream, () => manager.createStream(stream, configuration, call), call)
}

/** What was taken on is finished; a second Ctrl-C does not wait for that. */
async function stopped(appender: Appender, { events }: Tally, where: unknown): Promise<CliError> {
  const flushed = await appender.flush({ timeoutMs: LAST_FLUSH_MS }).then(
    () => true,
    () => false,
  )
  const outcome = flushed
    ? `${count(events, 'event')} were written to ${where}.`
    : `of ${count(events, 'event')}, the last ones may not be in ${where}.`
  return new CliError('ABORTED', EXIT.interrupted, `stopped; ${outcome}`)
}

function usage(message: string): CliError {
  return new CliError('USAGE', EXIT.usage, message)
}
