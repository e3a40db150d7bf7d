import type { DeleteRecord, DeleteStale, Insert, Kind, MigrateTable } from './messages/messages.ts'

/**
 * A batch, as its handler sees it: messages that are handed over while they arrive. Iteration ends when the batch is
 * complete, and throws when the write is aborted or stopped, so the end of a loop always means a complete batch.
 *
 * Leaving the loop early leaves what was not taken to the next call. A second loop goes on where the first one stopped.
 */
export interface BatchStream<M> extends AsyncIterable<M> {
  readonly kind: Kind
  /** The table of an insert; undefined for the other kinds, whose batches hold messages of any tables. */
  readonly table: string | undefined
  /** Counts the batches of one write, from 1. */
  readonly number: number
  /** The message that the batch begins with. Iteration gives it too. */
  readonly first: M
  /** Aborted when the write is aborted or stopped. Its reason is what iteration throws. */
  readonly signal: AbortSignal
  /** The messages one by one. */
  [Symbol.asyncIterator](): AsyncIterator<M, undefined>
  /** The messages in arrays of what is there at the time, never empty. Takes a fraction of the time of one by one. */
  chunks(): AsyncIterable<readonly M[]>
}

/** A batch of inserts into one table. */
export interface TableBatch<R> extends BatchStream<Insert<R>> {
  readonly table: string
}

/**
 * Where the messages go. Each method is called with a batch that has its first message at hand, takes messages until the
 * batch ends, makes them durable, and returns. A method that throws fails its batch. One that takes nothing and returns
 * does so too. No method is called before there is something for it to do.
 */
export interface StreamingBatchClient<R> {
  migrateTable(batch: BatchStream<MigrateTable>): Promise<void>
  /** Called for one table at a time; for different tables side by side. */
  writeTable(batch: TableBatch<R>): Promise<void>
  deleteStale(batch: BatchStream<DeleteStale>): Promise<void>
  /** Without it messages of this kind fail with `NOT_IMPLEMENTED`. */
  deleteRecords?(batch: BatchStream<DeleteRecord>): Promise<void>
}
