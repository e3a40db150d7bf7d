import { type EntryBody, type EntryName, isTombstone, type WriteHistory } from './entry-format.ts'
import { StoredValue } from './stored-value.ts'
import type { TableValue, TableView } from './table-view.ts'

/** An entry of the table, read. */
export interface Entry extends EntryName {
  readonly body: EntryBody
  readonly version: bigint
}

/** The state of one outer map. */
export interface OuterMap {
  /** Version of its version entry; -1: there is none. */
  readonly version: bigint
  readonly history: WriteHistory
  readonly purgedTo: bigint
  readonly values: ReadonlyMap<string, TableValue>
  /** Versions of what was removed. */
  readonly tombstones: ReadonlyMap<string, bigint>
}

/** Version of an entry that does not exist. */
export const ABSENT = -1n

const NO_VALUES: ReadonlyMap<string, TableValue> = new Map()
const NO_MAP: OuterMap = {
  version: ABSENT,
  history: { writes: [], since: undefined },
  purgedTo: 0n,
  values: NO_VALUES,
  tombstones: new Map(),
}

/** All that a member knows of the table. Immutable: a change makes new contents that share what has not changed. */
export class TableContents implements TableView {
  readonly #table: string
  readonly #outers: ReadonlyMap<string, OuterMap>

  /** @param table - Name for messages. */
  constructor(table: string, outers: ReadonlyMap<string, OuterMap> = new Map()) {
    this.#table = table
    this.#outers = outers
  }

  get outerNames(): readonly string[] {
    return [...this.#outers].filter(([, map]) => map.values.size > 0).map(([outer]) => outer)
  }

  get isEmpty(): boolean {
    return this.outerNames.length === 0
  }

  get(outer: string, inner: string): TableValue | undefined {
    return this.#outers.get(outer)?.values.get(inner)
  }

  innerMap(outer: string): ReadonlyMap<string, TableValue> {
    return this.outerMap(outer).values
  }

  outerMap(outer: string): OuterMap {
    return this.#outers.get(outer) ?? NO_MAP
  }

  /** Version of an entry, of tombstones too; -1: there is none. */
  versionOf({ outer, inner }: EntryName): bigint {
    const map = this.outerMap(outer)
    if (inner === undefined) return map.version
    return map.values.get(inner)?.version ?? map.tombstones.get(inner) ?? ABSENT
  }

  /** Everything that was removed and still takes an entry. */
  tombstones(): { readonly outer: string; readonly inner: string; readonly version: bigint }[] {
    return [...this.#outers].flatMap(([outer, map]) =>
      [...map.tombstones].map(([inner, version]) => ({ outer, inner, version })),
    )
  }

  /** With these entries, where they are newer than what is known. */
  with(entries: Iterable<Entry>): TableContents {
    const changed = new Map<string, Draft>()
    for (const entry of entries) {
      let draft = changed.get(entry.outer)
      if (draft === undefined) {
        draft = draftOf(this.outerMap(entry.outer))
        changed.set(entry.outer, draft)
      }
      apply(this.#table, draft, entry)
    }
    return changed.size === 0 ? this : new TableContents(this.#table, new Map([...this.#outers, ...changed]))
  }

  /** Without these tombstones. */
  withoutTombstones(gone: Iterable<{ readonly outer: string; readonly inner: string }>): TableContents {
    const changed = new Map<string, Draft>()
    for (const { outer, inner } of gone) {
      const draft = changed.get(outer) ?? draftOf(this.outerMap(outer))
      draft.tombstones.delete(inner)
      changed.set(outer, draft)
    }
    return new TableContents(this.#table, new Map([...this.#outers, ...changed]))
  }
}

interface Draft extends OuterMap {
  version: bigint
  history: WriteHistory
  purgedTo: bigint
  values: Map<string, TableValue>
  tombstones: Map<string, bigint>
}

function draftOf(map: OuterMap): Draft {
  return { ...map, values: new Map(map.values), tombstones: new Map(map.tombstones) }
}

function apply(table: string, map: Draft, { outer, inner, body, version }: Entry): void {
  if (inner === undefined) {
    if (version <= map.version) return
    map.version = version
    map.history = { writes: body.writes, since: body.since }
    map.purgedTo = body.purgedTo
    return
  }
  const known = map.values.get(inner)?.version ?? map.tombstones.get(inner) ?? ABSENT
  if (version <= known) return
  if (isTombstone(body)) {
    map.values.delete(inner)
    map.tombstones.set(inner, version)
  } else {
    map.tombstones.delete(inner)
    map.values.set(inner, new StoredValue(table, { outer, inner }, body, version))
  }
}
