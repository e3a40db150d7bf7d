import type { Row } from '../json/row-codec.ts'
import type { TableVersion } from '../schema/table-version.ts'

/** An event that holds rows, and the key that it goes by. */
export interface EncodedRows {
  readonly event: Uint8Array
  readonly routingKey: string
  /** How many rows it holds. */
  readonly rows: number
}

/** Rows that were read, see {@link RowsEvent}. */
export interface DecodedRows {
  readonly rows: readonly Row[]
  readonly routingKey?: string | undefined
}

/** How rows become events, and events rows. `R` is what an insert of the batch writer holds. */
export interface TableFormat<R> {
  /** Kept with the table's schema. */
  readonly name: string
  /**
   * Rows as events, in order. An event must not begin with `[` (0x5B), which markers begin with.
   *
   * @throws PravegaError `SERIALIZATION_FAILED` for rows that it has no form for; nothing of the batch is kept then
   */
  events(rows: R, table: TableVersion): Iterable<EncodedRows>
  /**
   * The rows of an event; undefined: it is of another format.
   *
   * @param payload - A view on received memory. Copy what is kept.
   */
  decode(payload: Uint8Array): DecodedRows | undefined
}
