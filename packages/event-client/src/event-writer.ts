import type { RetryPolicy } from '@pravega-ts/config'
import type { CallOptions, CloseOptions, ScopedStream } from '@pravega-ts/model'
import type { Serializer } from './serializer.ts'

/** Options of an event writer. */
export interface EventWriterOptions<T> {
  /** Default: bytes, as they are. */
  readonly serializer?: Serializer<T> | undefined
  /** Name under which event times are noted, see {@link EventWriter.noteTime}. Default: a random one. */
  readonly writerId?: string | undefined
  /** Bytes that are on their way to all segments together. More of them wait in a queue. Default 16 MiB. */
  readonly maxInFlightBytes?: number | undefined
  /**
   * Bytes that wait because `maxInFlightBytes` are on their way. A program that does not wait for `ready()` and gets here has its
   * writes refused with `QUEUE_FULL`. Default 64 MiB.
   */
  readonly maxQueuedBytes?: number | undefined
  /** Most bytes that travel as one append. Default 1 MiB. */
  readonly maxBlockBytes?: number | undefined
  /** What to do with events above 8 MiB: write them in pieces that appear at once, or refuse them. Default `'write'`. */
  readonly largeEvents?: 'write' | 'refuse' | undefined
  /** How lost connections are replaced. Default: the policy of the configuration with attempts without end. */
  readonly retry?: Partial<RetryPolicy> | undefined
  /** Default time for `flush`, `ready` and `writeAll`'s waits, in milliseconds. Default 300000 (five minutes). */
  readonly callTimeoutMs?: number | undefined
}

/** Options of one event. */
export interface WriteEventOptions {
  /** Events of one key keep their order. Without a key events are spread over the segments, in no order. */
  readonly routingKey?: string | undefined
  /** Gives up waiting for the acknowledgement. An event that was taken on already may still be written. */
  readonly signal?: AbortSignal | undefined
}

/** An event and the key that it is written with. */
export interface KeyedEvent<T> {
  readonly event: T
  readonly routingKey?: string | undefined
}

/**
 * Writes events to a stream: each once, events of a key in the order of the calls, through lost connections, moved, sealed, split
 * and merged segments. An acknowledged event says that all earlier ones of this writer to its segment are durable too.
 */
export interface EventWriter<T> extends AsyncDisposable {
  readonly stream: ScopedStream
  readonly writerId: string
  /** Bytes that were taken on and are not acknowledged, those that wait included. */
  readonly pendingBytes: number

  /**
   * Takes an event on at once, in the order of the calls. The promise resolves when it is durable; it may be left alone: a failure
   * is told by `flush` and `close` too. Events of one append share one promise.
   *
   * @throws PravegaError (as a rejection) `SERIALIZATION_FAILED`, `EVENT_TOO_LARGE`, `QUEUE_FULL`, `STREAM_SEALED`, `STREAM_NOT_FOUND`,
   * `ABORTED`, `CLOSED`, `RETRIES_EXHAUSTED`, `TOKEN_REFUSED`
   */
  writeEvent(event: T, options?: WriteEventOptions): Promise<void>
  /**
   * Writes events of one key so that readers see all of them, side by side, or none. At most 8 MiB together, headers included.
   *
   * @throws PravegaError as `writeEvent`
   */
  writeEvents(events: Iterable<T>, options: WriteEventOptions & { readonly routingKey: string }): Promise<void>
  /**
   * Writes everything that an iterable gives, waiting where too much is in flight. Resolves to the number of events, when all of
   * them are durable.
   *
   * @throws PravegaError as `writeEvent`, and what the iterable throws
   */
  writeAll(events: AsyncIterable<KeyedEvent<T>> | Iterable<KeyedEvent<T>>, call?: CallOptions): Promise<number>
  /** Whether an event that is written now goes on its way at once. */
  readonly hasRoom: boolean
  /** Resolves when there is room again. Wait for it between many writes; that is the back-pressure. */
  ready(call?: CallOptions): Promise<void>
  /** Resolves when everything that was written before is durable. */
  flush(call?: CallOptions): Promise<void>
  /**
   * Tells the controller up to which time this writer has written, for watermarks. Flush first for exactness.
   *
   * @param timestamp - Milliseconds, or any clock that all writers of the stream share. Must not go down.
   */
  noteTime(timestamp: bigint | number, call?: CallOptions): Promise<void>
  /** Flushes, for up to `timeouts.closeMs`. With `force` what is not acknowledged fails with `CLOSED`. */
  close(options?: CloseOptions): Promise<void>
}
