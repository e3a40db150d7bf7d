import { type ClientConfig, DEFAULT_RETRY, DEFAULT_TIMEOUTS, type RetryPolicy, silentLogger } from '@pravega-ts/config'
import { PravegaError } from '@pravega-ts/model'
import type { Serializer } from '../serializer.ts'
import { bytesSerializer } from '../serializers/bytes-serializer.ts'
import { LARGEST_PLAIN_EVENT } from './event-frame.ts'

const MIB = 1024 * 1024

/** What all that writes events can be told. */
export interface EventAppenderOptions<T> {
  /** Default: bytes, as they are. */
  readonly serializer?: Serializer<T> | undefined
  /** Bytes that are on their way to all segments together, give or take one event. More of them wait in a queue. Default 16 MiB. */
  readonly maxInFlightBytes?: number | undefined
  /**
   * Bytes that wait because `maxInFlightBytes` are on their way, because their segment is being replaced, or behind a large event. A
   * program that does not wait for `ready()` and gets here has its writes refused with `QUEUE_FULL`. One event may always wait, whatever
   * its size. Default 64 MiB.
   */
  readonly maxQueuedBytes?: number | undefined
  /** Most bytes that travel as one append, 1 to 8388616; a single larger event up to that size travels alone. Default 1 MiB. */
  readonly maxBlockBytes?: number | undefined
  /**
   * What to do with events whose payload has more than 8 MiB: write them in pieces that appear at once (up to 1 GiB with the header), or
   * refuse them. Default `'write'`.
   */
  readonly largeEvents?: 'write' | 'refuse' | undefined
  /** How lost connections are replaced. Default: the policy of the configuration with attempts without end. */
  readonly retry?: Partial<RetryPolicy> | undefined
  /** Default time for `flush`, `ready` and `writeAll`'s waits, in milliseconds. Default 300000 (five minutes). */
  readonly callTimeoutMs?: number | undefined
}

/** The sizes among the options, checked and complete. */
export interface AppenderLimits {
  readonly maxInFlightBytes: number
  readonly maxQueuedBytes: number
  readonly maxBlockBytes: number
}

/** What of the options concerns events that are bytes already. */
export interface RouterSettings extends AppenderLimits {
  readonly retry: RetryPolicy
  readonly callTimeoutMs: number
  readonly config: Pick<ClientConfig, 'logger' | 'retry' | 'timeouts'>
}

/** Options, checked and complete. */
export interface AppenderSettings<T> extends RouterSettings {
  readonly serializer: Serializer<T>
  readonly largeEvents: 'write' | 'refuse'
}

const DEFAULT_CONFIG: RouterSettings['config'] = {
  logger: silentLogger,
  retry: DEFAULT_RETRY,
  timeouts: DEFAULT_TIMEOUTS,
}

/** @throws PravegaError `INVALID_ARGUMENT` */
export function appenderSettings<T>(
  options: EventAppenderOptions<T>,
  config: RouterSettings['config'] = DEFAULT_CONFIG,
): AppenderSettings<T> {
  const { largeEvents = 'write', callTimeoutMs = 300_000 } = options
  if (largeEvents !== 'write' && largeEvents !== 'refuse') {
    throw new PravegaError('INVALID_ARGUMENT', `largeEvents ${largeEvents} is refused: give 'write' or 'refuse'`)
  }
  if (!(callTimeoutMs >= 0)) {
    throw new PravegaError('INVALID_ARGUMENT', `callTimeoutMs ${callTimeoutMs} is refused: give milliseconds from 0 on`)
  }
  return {
    // Without a serializer T is Uint8Array: anything else is refused when it is written.
    serializer: options.serializer ?? (bytesSerializer as Serializer<unknown> as Serializer<T>),
    maxInFlightBytes: whole('maxInFlightBytes', options.maxInFlightBytes ?? 16 * MIB, Number.MAX_SAFE_INTEGER),
    maxQueuedBytes: whole('maxQueuedBytes', options.maxQueuedBytes ?? 64 * MIB, Number.MAX_SAFE_INTEGER),
    maxBlockBytes: whole('maxBlockBytes', options.maxBlockBytes ?? MIB, LARGEST_PLAIN_EVENT),
    largeEvents,
    retry: { ...config.retry, attempts: Number.POSITIVE_INFINITY, ...options.retry },
    callTimeoutMs,
    config,
  }
}

function whole(name: string, value: number, largest: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= largest) return value
  throw new PravegaError('INVALID_ARGUMENT', `${name} ${value} is refused: give a whole number from 1 to ${largest}`, {
    details: { name, value, largest },
  })
}
