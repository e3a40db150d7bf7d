import type { CallOptions, CloseOptions } from '@pravega-ts/model'

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

/** Writes events to segments: what a writer of a stream and the writer of a transaction have in common. */
export interface EventAppender<T> extends AsyncDisposable {
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
   * Writes events of one key so that readers see all of them, side by side, or none. At most 8388616 bytes together (one event of 8 MiB,
   * and its header), 8 bytes of header for each. Without events nothing happens.
   *
   * @throws PravegaError as `writeEvent`, and what the iterable throws; nothing is written then
   */
  writeEvents(events: Iterable<T>, options: WriteEventOptions & { readonly routingKey: string }): Promise<void>
  /**
   * Writes everything that an iterable gives, waiting where too much is in flight. Resolves to the number of events, when all of
   * them are durable. After an error some of them may be written; `details.events` says how many were taken on.
   *
   * @param call - `timeoutMs` is for all of it; default: no limit, but `callTimeoutMs` for each wait for room or for acknowledgements.
   * @throws PravegaError as `writeEvent`, and what the iterable throws
   */
  writeAll(events: AsyncIterable<KeyedEvent<T>> | Iterable<KeyedEvent<T>>, call?: CallOptions): Promise<number>
  /** Whether less than `maxInFlightBytes` are pending. Then an event that is written now need not wait for room. */
  readonly hasRoom: boolean
  /**
   * Resolves when there is room again. Wait for it between many writes; that is the back-pressure.
   *
   * @throws PravegaError `CLOSED`, `DEADLINE_EXCEEDED`, `ABORTED`, or why nothing can be written any more
   */
  ready(call?: CallOptions): Promise<void>
  /**
   * Resolves when everything that was written before has its outcome, and rejects with the first failure since the last `flush`, of
   * whatever event.
   *
   * @throws PravegaError as `writeEvent`, `DEADLINE_EXCEEDED`; then the writer goes on, flush again
   */
  flush(call?: CallOptions): Promise<void>
  /**
   * Flushes, for up to `timeouts.closeMs`. With `force` what is not acknowledged fails with `CLOSED`. `await using` does the same, unless
   * the last `flush`, `ready` or `writeAll` has failed: then it waits at most a second for what is in flight, and throws nothing.
   *
   * @throws PravegaError the first failure that no `flush` has told; `DEADLINE_EXCEEDED`: what was not acknowledged until then has failed
   */
  close(options?: CloseOptions): Promise<void>
}
