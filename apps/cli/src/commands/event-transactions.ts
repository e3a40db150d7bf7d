import { bytesSerializer, type KeyedEvent, type TransactionalEventWriter } from '@pravega-ts/client'
import { PravegaError, type ScopedStream } from '@pravega-ts/model'
import type { Session } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { count } from '../human.ts'
import type { EventInput } from './event-input.ts'

/** Whether events are written in transactions, and of what size. */
export interface TransactionFlags {
  readonly transactional?: boolean
  readonly perEvents?: number
  /** Milliseconds. */
  readonly perSeconds?: number
}

/** Where a transaction ends, whichever comes first. */
interface Limits {
  readonly events: number
  readonly ms: number
}

const PER_EVENTS = 1_000
const PER_MS = 5_000

/** @throws CliError for flags that do not go together */
export function transactionLimits({ transactional, perEvents, perSeconds }: TransactionFlags): Limits | undefined {
  if (transactional === true) return { events: perEvents ?? PER_EVENTS, ms: perSeconds ?? PER_MS }
  if (perEvents === undefined && perSeconds === undefined) return undefined
  throw new CliError('USAGE', EXIT.usage, '--per-events and --per-seconds are for --transactional.')
}

/**
 * Writes all of the input, each part of it in a transaction of its own. Resolves to how many there were, when all events can be read.
 * What was taken on before an interruption, or before a line that cannot be read, is committed.
 */
export async function writeInTransactions(
  { cli, factory, call }: Session,
  stream: ScopedStream,
  input: EventInput,
  limits: Limits,
): Promise<number> {
  const writer = await factory.createTransactionalEventWriter(stream, { serializer: bytesSerializer }, call)
  const parts = new Parts(input, limits)
  const done = { transactions: 0, events: 0 }
  try {
    while (await parts.hasNext()) {
      done.events += await writePart(writer, parts, call)
      done.transactions += 1
    }
  } catch (error) {
    const sofar = `${count(done.events, 'event')} were written to ${stream} in ${count(done.transactions, 'transaction')}`
    if (cli.interruption !== undefined) throw new CliError('ABORTED', EXIT.interrupted, `stopped; ${sofar}.`)
    if (!PravegaError.is(error)) throw error
    const { code, details } = error
    throw new PravegaError(code, `${error.message}. Before that, ${sofar}`.replace('..', '.'), {
      cause: error,
      details,
    })
  }
  return done.transactions
}

/** Resolves to the number of events, when they can be read. */
async function writePart(
  writer: TransactionalEventWriter<Uint8Array>,
  parts: Parts,
  call: Session['call'],
): Promise<number> {
  await using transaction = await writer.begin(call)
  const events = await transaction.writeAll(parts.next(), { timeoutMs: undefined })
  // Not given up at Ctrl-C: these have been taken on.
  await transaction.commit({ wait: true, timeoutMs: call.timeoutMs })
  return events
}

const OVER = Symbol('its time is over')

/** An input in parts, each with so many events at most, and given for so long at most. */
class Parts {
  readonly #input: AsyncIterator<KeyedEvent<Uint8Array>>
  readonly #limits: Limits
  #next: Promise<IteratorResult<KeyedEvent<Uint8Array>>>

  constructor(input: EventInput, limits: Limits) {
    this.#input = input[Symbol.asyncIterator]()
    this.#limits = limits
    this.#next = this.#ask()
  }

  /** @throws what the input does; what came before it is in the part before */
  async hasNext(): Promise<boolean> {
    const { done } = await this.#next
    return done !== true
  }

  async *next(): AsyncGenerator<KeyedEvent<Uint8Array>> {
    const { promise: over, resolve } = Promise.withResolvers<typeof OVER>()
    const timer = setTimeout(resolve, this.#limits.ms, OVER)
    try {
      for (let given = 0; given < this.#limits.events; given++) {
        const result = await Promise.race([this.#next, over]).catch(() => OVER)
        if (typeof result === 'symbol' || result.done === true) return
        yield result.value
        this.#next = this.#ask()
      }
    } finally {
      clearTimeout(timer)
    }
  }

  #ask(): Promise<IteratorResult<KeyedEvent<Uint8Array>>> {
    const next = this.#input.next()
    // Told by hasNext().
    next.catch(() => {})
    return next
  }
}
