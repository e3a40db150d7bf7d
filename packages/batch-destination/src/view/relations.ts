import type { DeleteRecordMarker } from '../events/table-event.ts'
import type { Row } from '../json/row-codec.ts'
import { idsOf } from './conditions.ts'

/** A table as far as removals by relation go. */
export interface RelatedRows {
  readonly table: string
  /** Removes rows that came before `until` and belong to rows with these ids. */
  removeChildren(marker: DeleteRecordMarker, ids: ReadonlySet<string>, until: number): readonly Row[]
}

/** A copy of a marker that a related table has come to. */
interface Waiting {
  readonly rows: RelatedRows
  readonly marker: DeleteRecordMarker
  readonly until: number
}

/** A removal that not all tables have come to yet. */
interface Removal {
  /** Ids of removed rows, by table. */
  readonly removed: Map<string, Set<string>>
  readonly waiting: Waiting[]
  /** How much of the key space each table still has to come to. */
  readonly left: Map<string, number>
}

/** Bounds of ranges are sums of fractions. */
const TOLERANCE = 1e-6

/**
 * Which rows of some tables go with removed rows of others. The tables come to a marker in any order: whoever comes later
 * finds what the others have left.
 */
export class Relations {
  readonly #tables: ReadonlySet<string>
  readonly #removals = new Map<string, Removal>()

  /** @param tables - Those that take part. */
  constructor(tables: Iterable<string>) {
    this.#tables = new Set(tables)
  }

  /** Removals that some table has not come to yet. */
  get open(): number {
    return this.#removals.size
  }

  /** A table has come to a copy of a marker, and has removed these rows on its own. */
  arrive(rows: RelatedRows, marker: DeleteRecordMarker, removed: readonly Row[], until: number): void {
    const removal = this.#removalOf(marker)
    if (removal === undefined) return
    if (marker.related.some(({ table }) => table === rows.table)) {
      const copy = { rows, marker, until }
      removal.waiting.push(copy)
      for (const [table, ids] of [...removal.removed]) this.#follow(removal, copy, table, ids)
    }
    this.#spread(removal, marker, rows.table, removed)
    const left = (removal.left.get(rows.table) ?? 0) - (marker.range.high - marker.range.low)
    if (left > TOLERANCE) removal.left.set(rows.table, left)
    else removal.left.delete(rows.table)
    if (removal.left.size === 0) this.#removals.delete(marker.id)
  }

  #removalOf(marker: DeleteRecordMarker): Removal | undefined {
    const known = this.#removals.get(marker.id)
    if (known !== undefined) return known
    const tables = [marker.table, ...marker.related.map(({ table }) => table)].filter(name => this.#tables.has(name))
    if (new Set(tables).size < 2) return undefined
    const removal = { removed: new Map(), waiting: [], left: new Map(tables.map(name => [name, 1])) }
    this.#removals.set(marker.id, removal)
    return removal
  }

  #spread(removal: Removal, marker: DeleteRecordMarker, table: string, rows: readonly Row[]): void {
    const all = removal.removed.get(table) ?? new Set<string>()
    const ids = new Set([...idsOf(rows, marker)].filter(id => !all.has(id)))
    if (ids.size === 0) return
    for (const id of ids) all.add(id)
    removal.removed.set(table, all)
    for (const copy of [...removal.waiting]) this.#follow(removal, copy, table, ids)
  }

  /** Removes the rows of a related table that belong to removed ones of `parent`, and those that belong to them. */
  #follow(removal: Removal, { rows, marker, until }: Waiting, parent: string, ids: ReadonlySet<string>): void {
    const isChild = marker.related.some(relation => relation.table === rows.table && relation.parent === parent)
    if (!isChild) return
    this.#spread(removal, marker, rows.table, rows.removeChildren(marker, ids, until))
  }
}
