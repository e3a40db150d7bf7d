import { FULL_KEY_RANGE, type KeyRange, keyRangeContains, PravegaError, routingKeyPosition } from '@pravega-ts/model'
import type { DeleteRecordMarker, RowsEvent, TableEvent } from '../events/table-event.ts'
import { routingKeyOf } from '../json/json-lines.ts'
import type { Row } from '../json/row-codec.ts'
import type { TableVersion } from '../schema/table-version.ts'
import { type Condition, recordsMeant, rowsOfParents, staleRows } from './conditions.ts'
import type { RelatedRows, Relations } from './relations.ts'
import { valueKey } from './value-key.ts'

interface StoredRow {
  readonly row: Row
  readonly routingKey: string | undefined
  /** Counts rows as they came. */
  readonly number: number
}

/** Options of {@link TableRows}. */
export interface TableRowsOptions {
  /** What the table looks like, see {@link describeTable}. Default: what the stream says, which begins with it unless it was truncated. */
  readonly version?: TableVersion | undefined
  /** Which rows of one primary key to keep. Default `'latest'`. */
  readonly keep?: 'latest' | 'all' | undefined
}

/**
 * The rows that the events of a table make: rows that are added, replaced, or removed by markers. Events of one segment, and
 * of those that come in its place, are to be given in their order; readers of a group do so.
 */
export class TableRows implements RelatedRows, Iterable<Row> {
  readonly table: string
  readonly #rows = new Map<string | number, StoredRow>()
  readonly #keep: 'latest' | 'all'
  readonly #relations: Relations | undefined
  #version: TableVersion | undefined
  #numbers = 0

  /** @param relations - @internal Set by {@link TableSet}. */
  constructor(table: string, options: TableRowsOptions = {}, relations?: Relations) {
    this.table = table
    this.#version = options.version
    this.#keep = options.keep ?? 'latest'
    this.#relations = relations
  }

  /** What the table looks like; undefined: nothing has told yet. */
  get version(): TableVersion | undefined {
    return this.#version
  }

  /** How many rows there are. */
  get size(): number {
    return this.#rows.size
  }

  /** The rows in the order in which they came first. */
  *[Symbol.iterator](): Generator<Row, void, undefined> {
    for (const { row } of this.#rows.values()) yield row
  }

  /**
   * Does what an event says.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for rows of a table that nothing is known of
   */
  apply(event: TableEvent): void {
    switch (event.kind) {
      case 'rows':
        this.#add(event)
        break
      case 'migrateTable':
        this.#migrate(event.version)
        break
      case 'deleteStale':
        this.#remove(staleRows(event), event.range, this.#numbers)
        break
      case 'deleteRecord':
        this.#removeRecords(event)
        break
    }
  }

  /** @internal */
  removeChildren(marker: DeleteRecordMarker, ids: ReadonlySet<string>, until: number): readonly Row[] {
    return this.#remove(rowsOfParents(marker, ids), marker.range, until)
  }

  #add({ rows, routingKey }: RowsEvent): void {
    const { primaryKey } = this.#known()
    const byKey = primaryKey.length > 0 && this.#keep === 'latest'
    for (const row of rows) {
      const number = this.#numbers++
      const key = byKey ? JSON.stringify(primaryKey.map(name => valueKey(row[name]))) : number
      this.#rows.set(key, { row, routingKey, number })
    }
  }

  #migrate(version: TableVersion): void {
    const current = this.#version
    // A table that was dropped begins again, with its first copy of the marker.
    if (current !== undefined && version.generation > current.generation) this.#rows.clear()
    if (current === undefined || version.version > current.version) this.#version = version
  }

  #removeRecords(marker: DeleteRecordMarker): void {
    const until = this.#numbers
    const removed = marker.table === this.table ? this.#remove(recordsMeant(marker), marker.range, until) : []
    this.#relations?.arrive(this, marker, removed, until)
  }

  #remove(isMeant: Condition, range: KeyRange, until: number): readonly Row[] {
    const removed: Row[] = []
    for (const [key, stored] of this.#rows) {
      if (stored.number >= until || !isMeant(stored.row) || !this.#isWithin(range, stored)) continue
      this.#rows.delete(key)
      removed.push(stored.row)
    }
    return removed
  }

  #isWithin(range: KeyRange, { row, routingKey }: StoredRow): boolean {
    if (range.low === FULL_KEY_RANGE.low && range.high === FULL_KEY_RANGE.high) return true
    return keyRangeContains(range, routingKeyPosition(routingKey ?? routingKeyOf(row, this.#known())))
  }

  #known(): TableVersion {
    if (this.#version !== undefined) return this.#version
    throw new PravegaError(
      'INVALID_ARGUMENT',
      `Nothing is known of table '${this.table}': read its stream from the head, or give the version that describeTable tells`,
      { details: { table: this.table } },
    )
  }
}
