import type { EventAppender } from '@pravega-ts/event-client'
import type { CallOptions, CloseOptions, ScopedStream } from '@pravega-ts/model'

/** What the controller says of a transaction. `committing`: it will be committed; `aborting`: it will be aborted. */
export type TransactionStatus = 'open' | 'committing' | 'committed' | 'aborting' | 'aborted'

/**
 * What this process knows of a transaction, without asking.
 *
 * - `open`: events can be written
 * - `flushing`: a commit waits for acknowledgements
 * - `committing`: the controller is being asked to commit, or has agreed to; its events will appear then
 * - `committed`: its events can be read
 * - `aborting`: the controller is being asked to abort
 * - `aborted`: none of its events is, or will be, in the stream
 * - `lost`: nobody has told; `checkStatus()` asks
 */
export type TransactionStateTag = 'open' | 'flushing' | 'committing' | 'committed' | 'aborting' | 'aborted' | 'lost'

/** Options of {@link Transaction.commit}. */
export interface CommitTransactionOptions extends CallOptions {
  /**
   * Time up to which the writer has written, for watermarks: milliseconds, or any clock that all writers of the stream share. Noted for
   * the writer's `writerId` at the end of what was committed. Default: none.
   */
  readonly timestamp?: bigint | number | undefined
  /**
   * Resolve only when the events can be read. Default `false`: when it is certain that they will appear. The controller may answer others
   * `'committing'` for some milliseconds longer.
   */
  readonly wait?: boolean | undefined
}

/**
 * Events that appear in the stream together, or not at all. Made by `TransactionalEventWriter.begin` and `getTransaction`.
 *
 * Events are written as by an `EventWriter`: keys keep their order, events without a key are spread over the segments. An event that
 * could not be written makes the commit fail; the transaction can only be aborted then.
 *
 * Errors that end it, or are about how it has ended, have `details.outcome`, which says what has become of the events: `'open'` (not in
 * the stream, and not lost), `'committing'`, `'committed'` (in the stream), `'aborted'` (not in the stream), `'unknown'`.
 */
export interface Transaction<T> extends EventAppender<T> {
  /** UUID. Enough for another process to open it. */
  readonly id: string
  readonly stream: ScopedStream
  /** What is known without asking. */
  readonly state: TransactionStateTag
  /**
   * Waits until everything that was written is acknowledged, then has the controller commit. Resolves when it is certain that the events
   * will appear, which is moments later; with `wait`, when they can be read. Again on a committed transaction, it resolves.
   *
   * When an answer is lost, it is found out what has happened; `details.outcome` is `'unknown'` only if that did not succeed within the
   * time of the call. Then call it again, or ask `checkStatus`.
   *
   * @param options - `timeoutMs`: default `callTimeoutMs` of the writer.
   * @throws PravegaError `TRANSACTION_FAILED` (it is aborted, or an event could not be written; see `cause`), `TRANSACTION_NOT_FOUND`,
   * `DEADLINE_EXCEEDED`, `ABORTED`, `CLOSED`, `INVALID_ARGUMENT` for a timestamp
   */
  commit(options?: CommitTransactionOptions): Promise<void>
  /**
   * Drops everything that was written. Does not wait for acknowledgements. Again on an aborted transaction, it resolves.
   *
   * @param call - `timeoutMs`: default `callTimeoutMs` of the writer.
   * @throws PravegaError `TRANSACTION_FAILED` when it is committed, `TRANSACTION_NOT_FOUND`; `DEADLINE_EXCEEDED` and what else keeps the
   * controller from being reached: it is aborted when its lease is over at the latest
   */
  abort(call?: CallOptions): Promise<void>
  /**
   * Asks the controller, unless the end is known.
   *
   * @throws PravegaError `TRANSACTION_NOT_FOUND`: it is none of this stream, or it ended more than a day ago
   */
  checkStatus(call?: CallOptions): Promise<TransactionStatus>
  /**
   * Flushes and lets go, without an end: from now on its lease is not renewed by this process. Another one may go on with it.
   *
   * @throws PravegaError the first failure that nothing else has told
   */
  close(options?: CloseOptions): Promise<void>
  /** Waits for a commit that is under way, aborts what was not committed, and closes. Leaves alone what may be committed (`lost`). */
  [Symbol.asyncDispose](): Promise<void>
}
