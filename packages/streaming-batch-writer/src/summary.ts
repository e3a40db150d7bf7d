import type { Kind } from './messages/messages.ts'

/** What came of rows. A message of any kind but insert is one row. */
export interface RowCounts {
  /** Taken by a handler that then returned. */
  readonly delivered: number
  /** Taken by a handler that then threw, or that did not return in time after an abort. */
  readonly failed: number
  /** Given to no handler, because one of the same table (or kind) had failed before, or because the write was broken off. */
  readonly dropped: number
}

/** What came of everything that a write has taken in. */
export interface WriteSummary {
  /** Messages that were taken in, with those without a row. */
  readonly messages: number
  /** Messages that were refused because they were no messages. */
  readonly invalid: number
  /** Inserts without a row. */
  readonly empty: number
  /** Handler calls. */
  readonly batches: number
  /** By kind. */
  readonly kinds: Readonly<Record<Kind, RowCounts>>
  /** Inserted rows by table. */
  readonly tables: ReadonlyMap<string, RowCounts>
}
