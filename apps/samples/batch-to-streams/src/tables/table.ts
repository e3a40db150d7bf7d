/** A row of a table. */
export type Row = Readonly<Record<string, unknown>>

/** A table, wherever it comes from. */
export interface Table {
  readonly name: string
  /** Where it comes from, for people. */
  readonly origin: string
  /** Names of its columns, and their types. */
  readonly columns: Readonly<Record<string, string>>
  readonly primaryKey: readonly string[]
  /** Its rows; each call begins with the first one. */
  rows(): AsyncIterable<Row> | Iterable<Row>
}
