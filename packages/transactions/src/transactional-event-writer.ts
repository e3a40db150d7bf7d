import type { EventAppenderOptions } from '@pravega-ts/event-client'
import type { CallOptions, CloseOptions, ScopedStream } from '@pravega-ts/model'
import type { Transaction } from './transaction.ts'

/** Options of a transactional event writer. Sizes are per transaction. */
export interface TransactionalEventWriterOptions<T> extends EventAppenderOptions<T> {
  /** Name under which times are noted. Default: a random one. */
  readonly writerId?: string | undefined
  /**
   * Milliseconds after which the server aborts a transaction that nobody has renewed: 10000 to 600000. It is renewed in time as long as
   * this process lives and reaches a controller. Default 90000.
   */
  readonly leaseMs?: number | undefined
}

/** Options of one transaction. */
export interface BeginOptions extends CallOptions {
  /** Lease of this transaction in milliseconds, 10000 to 600000. Default: that of the writer. */
  readonly leaseMs?: number | undefined
}

/** Begins transactions on a stream and keeps them alive. */
export interface TransactionalEventWriter<T> extends AsyncDisposable {
  readonly stream: ScopedStream
  readonly writerId: string
  /**
   * Begins a transaction.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `INVALID_ARGUMENT` for a lease, `LEASE_REFUSED` when the cluster wants
   * another one, `CLOSED`
   */
  begin(options?: BeginOptions): Promise<Transaction<T>>
  /**
   * A transaction that was begun elsewhere, or earlier, by its id: if it is open, it can be written and committed, and its lease is
   * renewed from here too. One that has ended is given as well; its `state` says how.
   *
   * @param options - `leaseMs` should be what it was begun with: each renewal replaces the one before.
   * @throws PravegaError `TRANSACTION_NOT_FOUND`: it is none of this stream, or it ended more than a day ago; `INVALID_ARGUMENT`
   */
  getTransaction(id: string, options?: BeginOptions): Promise<Transaction<T>>
  /**
   * Tells the controller up to which time this writer has written, for watermarks: the time holds for what is committed. Waits for
   * commits of this writer that are under way. The writer holds the watermarks of the stream back until it notes a later time (a commit
   * can do that too) or is closed.
   *
   * @param timestamp - Milliseconds, or any clock that all writers of the stream share. Must not go down.
   * @throws PravegaError `INVALID_ARGUMENT` for a time that goes down, `STREAM_NOT_FOUND`, `CLOSED`
   */
  noteTime(timestamp: bigint | number, call?: CallOptions): Promise<void>
  /**
   * Aborts the transactions that it began and that are open; lets go of those that it got by id. Waits for commits that are under way.
   * With `force` it waits for nothing and aborts nothing: the leases end what is open.
   *
   * @throws PravegaError the first failure; everything is given back nevertheless
   */
  close(options?: CloseOptions): Promise<void>
}
