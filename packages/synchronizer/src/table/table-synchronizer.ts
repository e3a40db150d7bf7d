import type { CallOptions, CloseOptions, ScopedSegment } from '@pravega-ts/model'
import type { SynchronizerOptions } from '../revisioned-stream.ts'
import type { TableView } from './table-view.ts'

/** A value to be put. */
export interface TableValuePut {
  /** Name of the outer map, 1 to 99 bytes in UTF-8. */
  readonly outer: string
  readonly inner: string
  /** Name of the type of the value, for readers. The Rust client keeps `tombstone` for what was removed. */
  readonly typeId: string
  /** What CBOR has a form for: `Map` (with keys of any kind) or object, array, text, number, bigint, bytes, boolean, null. */
  readonly data: unknown
}

/** A value to be removed. */
export interface TableValueRemoval {
  readonly outer: string
  readonly inner: string
}

/** Changes that take effect together or not at all. */
export interface TableChanges {
  /** Default: none. */
  readonly puts?: readonly TableValuePut[] | undefined
  /** Default: none. What is not there is passed over. */
  readonly removals?: readonly TableValueRemoval[] | undefined
}

/** Changes that a look at the table has led to, and what the caller of `transact` gets when they are written. */
export interface TableDecision<R> extends TableChanges {
  readonly result: R
}

/** Options of {@link openTableSynchronizer}. */
export interface TableSynchronizerOptions extends SynchronizerOptions {
  /** Make the table if there is none. Default true; else a missing one is `NO_SUCH_SEGMENT`. */
  readonly create?: boolean | undefined
  /**
   * Milliseconds after which a look at the latest changes is given up and the whole table is read instead: servers of release 0.13
   * leave some of these requests without an answer. Default 5000.
   */
  readonly deltaTimeoutMs?: number | undefined
}

/**
 * A map of maps that several members share through a table segment. Each keeps a copy; changes are decided on the copy and written
 * only if what they touch is as it was. The form is the one of the Rust client's synchronizer.
 *
 * All calls may fail with `ABORTED`, `DEADLINE_EXCEEDED`, `CLOSED`, `NO_SUCH_SEGMENT` (the table was deleted), `CORRUPT_STATE` (it holds
 * what no synchronizer has written), `TOKEN_REFUSED`, `RETRIES_EXHAUSTED`. Calls of one synchronizer take effect one after another.
 */
export interface TableSynchronizer extends AsyncDisposable {
  readonly segment: ScopedSegment
  /** As of the last look, with own changes since. */
  readonly view: TableView

  /** Reads the whole table. Needed only to see what was removed physically by others, or after a table was deleted and made again. */
  load(call?: CallOptions): Promise<TableView>

  /**
   * Looks at what has changed: one request when nothing has, usually two when something has. Reads the whole table when the server no
   * longer has the changes, or not in reasonable time.
   */
  refresh(call?: CallOptions): Promise<TableView>

  /**
   * Writes what `decide` makes of the view, on the condition that nobody has changed the outer maps that it touches; otherwise looks
   * again and decides anew. `decide` is pure and may run many times; the result is the one of the run that was written. No changes:
   * nothing is written, and the view was not checked against the table.
   *
   * When an answer is lost, finds out whether the changes were written. That cannot always be known; see `details.outcome` below.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for names and values that cannot be written, or too much in one transaction; what `decide`
   * throws. With `details.outcome` `'unknown'` (`CONNECTION_LOST`, `RETRIES_EXHAUSTED`, `DEADLINE_EXCEEDED`, `ABORTED`, `CLOSED`): the
   * changes may have been written, once, or may still be. Without it they were not, and will not be.
   */
  transact<R>(decide: (view: TableView) => TableDecision<R>, call?: CallOptions): Promise<R>

  /**
   * Removes the entries of removed values physically. Resolves to how many there were. A removal only leaves a tombstone, because
   * members do not see that an entry has gone.
   *
   * Do it only when no Rust client uses the table: one that had not yet read a tombstone would keep the value for ever, and
   * one that had could not put it again. Members of this kind notice, and read the table anew.
   */
  purge(call?: CallOptions): Promise<number>

  /** Waits for what is under way. With `force` it ends with `CLOSED`. The table stays. */
  close(options?: CloseOptions): Promise<void>
}
