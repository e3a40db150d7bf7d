import type { CallOptions, CloseOptions, ScopedSegment, ScopedStream } from '@pravega-ts/model'
import type { Revision } from './revision.ts'

/** The stream, which must have one segment, or that segment. */
export type SynchronizerTarget = ScopedStream | ScopedSegment

/** Options of what is opened in this package. */
export interface SynchronizerOptions {
  /** Default time for a call, in milliseconds. Default 120000 (two minutes); `Infinity` waits for ever. */
  readonly callTimeoutMs?: number | undefined
}

/** How the values of a revisioned stream become bytes, and back. */
export interface RevisionedCodec<T> {
  /** @throws anything; the caller gets it as the cause of `SERIALIZATION_FAILED` */
  encode(value: T): Uint8Array
  /**
   * @param bytes - A view on received memory. Copy what is kept.
   * @throws anything; the caller gets it as the cause of `SERIALIZATION_FAILED`, with segment and offset
   */
  decode(bytes: Uint8Array): T
}

/** A value, and the place behind it. */
export interface RevisionedValue<T> {
  readonly revision: Revision
  readonly value: T
}

/**
 * Values in one order that all writers agree on: each can write on the condition that nobody else has written since it looked.
 * The form is the one of the Java client.
 *
 * All calls may fail with `ABORTED`, `DEADLINE_EXCEEDED`, `CLOSED`, `NO_SUCH_SEGMENT` (the stream was deleted), `TOKEN_REFUSED`,
 * `RETRIES_EXHAUSTED`.
 */
export interface RevisionedStream<T> extends AsyncDisposable {
  readonly segment: ScopedSegment

  /**
   * The values behind a revision, up to the end as of the beginning of the iteration. Values that come later are for the next
   * call, however busy the stream is. The time of the call is that of each step.
   *
   * @throws PravegaError `SEGMENT_TRUNCATED` when the revision lies before the start, `CORRUPT_EVENT`, `SERIALIZATION_FAILED`
   */
  readFrom(revision: Revision, call?: CallOptions): AsyncIterable<RevisionedValue<T>>
  /**
   * The values behind `from` up to `to`, that one included. Waits for nothing: `to` must exist.
   *
   * @throws PravegaError as `readFrom`, `OFFSET_OUT_OF_RANGE` when `to` lies behind the end
   */
  readRange(from: Revision, to: Revision, call?: CallOptions): AsyncIterable<RevisionedValue<T>>
  /** Where the stream begins, after truncations too. */
  fetchOldestRevision(call?: CallOptions): Promise<Revision>
  /** Where the stream ends now. */
  fetchLatestRevision(call?: CallOptions): Promise<Revision>

  /**
   * Writes a value if `latest` is where the stream ends. Resolves to the revision of the value; undefined: the stream ends
   * elsewhere, and nothing was written. When an answer is lost, finds out. After `ABORTED` or `DEADLINE_EXCEEDED` the value may
   * still be written.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for more than 8388608 bytes, `SERIALIZATION_FAILED`, `SEGMENT_SEALED`
   */
  writeConditionally(latest: Revision, value: T, call?: CallOptions): Promise<Revision | undefined>
  /**
   * Writes a value at the end, wherever that is, once. Resolves when it is durable.
   *
   * @throws PravegaError as `writeConditionally`
   */
  writeUnconditionally(value: T, call?: CallOptions): Promise<void>

  /**
   * A revision that members agree on, such as where to begin reading; undefined: none. Servers of release 0.13 may forget, for this
   * question only, the mark of a stream that was idle.
   */
  getMark(call?: CallOptions): Promise<Revision | undefined>
  /** Sets the mark if it is as expected (undefined: there is none; as `next`: removes it). Resolves to whether it was. */
  compareAndSetMark(expected: Revision | undefined, next: Revision | undefined, call?: CallOptions): Promise<boolean>
  /** Drops what stands before a revision, for everybody. */
  truncateTo(revision: Revision, call?: CallOptions): Promise<void>

  /**
   * Finishes what is being written, for up to `timeouts.closeMs`, and gives the connection back. Other calls end with `CLOSED`. With `force`
   * nothing is waited for.
   */
  close(options?: CloseOptions): Promise<void>
}
