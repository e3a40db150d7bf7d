/**
 * What the writer has to know about the rows of an insert: how many there are, how large they are, and how to cut them.
 * Rows are numbered from 0; `from` is the first one, `to` the first behind the last.
 */
export interface RowFormat<R> {
  /** Number of rows. Throws what is wrong when `rows` is nothing this format knows. */
  count(rows: R): number
  /** Bytes of the rows `from` to `to` themselves, whatever memory they share. The writer charges at least one a row. */
  bytes(rows: R, from: number, to: number): number
  /** The rows `from` to `to`, without copying their values where that can be had. */
  slice(rows: R, from: number, to: number): R
  /**
   * How many rows from `from` on have at most `maxBytes` together, up to `to`. Default: found by halving with `bytes`; worth
   * having where `bytes` takes time.
   */
  fit?(rows: R, from: number, to: number, maxBytes: number): number
}
