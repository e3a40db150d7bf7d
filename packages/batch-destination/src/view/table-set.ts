import { PravegaError } from '@pravega-ts/model'
import type { TableEvent } from '../events/table-event.ts'
import { Relations } from './relations.ts'
import { TableRows, type TableRowsOptions } from './table-rows.ts'

/** Several tables, whose rows are removed with the rows of others that they belong to. */
export class TableSet {
  readonly #tables: ReadonlyMap<string, TableRows>
  readonly #relations: Relations

  /** @param tables - Their names, with options for each. */
  constructor(tables: Iterable<string | readonly [table: string, options: TableRowsOptions]>) {
    const named = Array.from(tables, entry => (typeof entry === 'string' ? ([entry, {}] as const) : entry))
    this.#relations = new Relations(named.map(([table]) => table))
    this.#tables = new Map(named.map(([table, options]) => [table, new TableRows(table, options, this.#relations)]))
  }

  /** Removals that some of the tables have not come to yet. */
  get openRemovals(): number {
    return this.#relations.open
  }

  /** @throws PravegaError `INVALID_ARGUMENT` for a table that is not one of these */
  table(table: string): TableRows {
    const rows = this.#tables.get(table)
    if (rows !== undefined) return rows
    throw new PravegaError(
      'INVALID_ARGUMENT',
      `Table '${table}' is none of this set: ${[...this.#tables.keys()].join(', ')}`,
    )
  }

  /** Does what an event of a table's stream says. See {@link contentOfStream} for the table of a stream. */
  apply(table: string, event: TableEvent): void {
    this.table(table).apply(event)
  }
}
