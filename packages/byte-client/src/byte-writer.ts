import type { Writable } from 'node:stream'
import type { WritableStream } from 'node:stream/web'
import type { RetryPolicy } from '@pravega-ts/config'
import type { CallOptions, CloseOptions, ScopedSegment } from '@pravega-ts/model'

/** Options of a byte writer. `signal` and `timeoutMs` are for opening it. */
export interface ByteWriterOptions extends CallOptions {
  /**
   * `true`: bytes are appended at the tail, wherever that is, also between those of other writers. Default `false`: this writer is
   * alone; as soon as another one has written, it gets `CONDITIONAL_CHECK_FAILED`.
   */
  readonly shared?: boolean | undefined
  /** Where to begin: fails unless the stream ends there. Not with `shared`. Default: the tail. */
  readonly offset?: number | bigint | undefined
  /** Bytes that are taken on before they are durable; `write` waits when there are more. Default 8 MiB. */
  readonly maxInFlightBytes?: number | undefined
  /** Most bytes that travel as one append, 1 to 8388616. Default 4 MiB, or 1 MiB with `shared`. */
  readonly maxBlockBytes?: number | undefined
  /** How lost connections are replaced. Default: the policy of the configuration, with attempts without end. */
  readonly retry?: Partial<RetryPolicy> | undefined
  /** Default time of the calls of the writer, in milliseconds. Default 300000 (five minutes). */
  readonly callTimeoutMs?: number | undefined
}

/** Options of one write. */
export interface WriteOptions extends CallOptions {
  /** The bytes are not changed any more by the caller, so they need not be copied. Default `false`. */
  readonly owned?: boolean | undefined
}

/** Options of a Node or web stream over a reader or writer. */
export interface StreamAdapterOptions {
  /** `true`: the end of the stream does not close the reader or writer. Default `false`. */
  readonly keepOpen?: boolean | undefined
  /** Bytes that the stream itself holds before it asks to wait. Default 65536. */
  readonly highWaterMark?: number | undefined
}

/**
 * Writes bytes to the end of a stream of one segment: each byte once, in the order of the calls, through any loss of
 * connection.
 *
 * Calls may fail with `ABORTED`, `DEADLINE_EXCEEDED` and `CLOSED`; with `SEGMENT_SEALED` and `NO_SUCH_SEGMENT` when the stream was
 * sealed or deleted; and with `CONDITIONAL_CHECK_FAILED` when somebody else has written. The last one is over after
 * {@link reset} and {@link seekToTail}.
 */
export interface ByteWriter extends AsyncDisposable {
  readonly segment: ScopedSegment
  /**
   * Where the next byte goes. For a writer with `shared`: where the last durable write of this writer ended, as far as it is
   * known.
   */
  readonly currentOffset: bigint

  /**
   * Writes bytes, of any number. Resolves when they are taken on, and the caller may use its memory again; {@link flush} tells when
   * they are durable. Waits while too much is in flight; an error then says in `details.accepted` how many of the bytes will be
   * written all the same.
   *
   * @throws PravegaError see above; `INVALID_ARGUMENT` for what are no bytes
   */
  write(data: Uint8Array, options?: WriteOptions): Promise<void>

  /**
   * Resolves when everything that was written is durable.
   *
   * @throws PravegaError see above. After `DEADLINE_EXCEEDED` the writer goes on; flush again.
   */
  flush(options?: CallOptions): Promise<void>

  /**
   * Flushes, then goes on at the end of the stream, for example behind what another writer has written.
   *
   * @throws PravegaError see above
   */
  seekToTail(options?: CallOptions): Promise<void>

  /**
   * Drops what was not sent yet and ends a conflict, so that the writer can be used again: the next thing to do is
   * {@link seekToTail}. Everything up to {@link currentOffset} is durable then.
   *
   * @throws PravegaError see above, except `CONDITIONAL_CHECK_FAILED`
   */
  reset(options?: CallOptions): Promise<void>

  /**
   * Frees everything before an offset; readers then begin there. What is freed already stays so.
   *
   * @throws PravegaError `OFFSET_OUT_OF_RANGE` beyond the end or below 0; see above
   */
  truncateDataBefore(offset: number | bigint, options?: CallOptions): Promise<void>

  /**
   * Flushes, then ends the segment: nothing can be written any more, and readers find an end. What the controller knows as the
   * stream stays as it is; its scale, truncation and deletion are with the stream manager.
   *
   * @throws PravegaError see above
   */
  seal(options?: CallOptions): Promise<void>

  /**
   * Flushes and gives the connection back. With `force` what is not durable fails with `CLOSED`. `await using` does the same, unless the
   * last write or flush has failed: then it waits at most a second for what is in flight, and throws nothing.
   *
   * @throws PravegaError why something that was written is not durable, unless an earlier call has already said so
   */
  close(options?: CloseOptions): Promise<void>

  /** A Node stream that writes here. It has finished when everything is durable; destroying it closes the writer with force. */
  toNodeWritable(options?: StreamAdapterOptions): Writable
  /** A web stream that writes here. Its `close()` resolves when everything is durable; `abort()` closes the writer with force. */
  toWebWritable(options?: StreamAdapterOptions): WritableStream<Uint8Array>
}
