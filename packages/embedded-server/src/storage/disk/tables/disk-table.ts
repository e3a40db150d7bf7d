import { setImmediate } from 'node:timers/promises'
import type {
  StoredEntry,
  StoredPage,
  StoredTable,
  TableChange,
  TablePageLimit,
  TableRange,
} from '../../segment-storage.ts'
import { tablePosition } from '../../table-position.ts'
import { DiskProperties, type KeptProperties, type RecordJournal } from '../disk-properties.ts'
import type { KeyRange, KeyValues } from '../key-values.ts'
import type { PendingChanges } from '../pending-changes.ts'
import { decodeEntry, encodeEntry, versionOf } from './table-entry.ts'
import { allEntries, entryKey, growthKey, keyBehind, positionIn, versionIn, versionKey } from './table-keys.ts'
import { encodeTableGrowth, type TableGrowth } from './table-record.ts'
import type { UncommittedEntries } from './uncommitted-entries.ts'

/** What an entry takes in the log of a table beyond its key and value: format, two lengths, version. */
const ENTRY_OVERHEAD = 17
/** A page ends when so many bytes were read for it, also when little of them is wanted. */
const MOST_READ_BYTES = 16 * 1024 * 1024
/** Entries of a delta are looked up one by one; after so many others get their turn. */
const LOOKED_UP_AT_ONCE = 100
const NOTHING = new Uint8Array(0)

/** What all tables of a data directory work on. */
export interface TableDisk {
  readonly keyValues: KeyValues
  readonly pending: PendingChanges
  readonly uncommitted: UncommittedEntries
}

/** What is known of a table when its object is made. */
export interface KeptTable extends KeptProperties, Pick<TableGrowth, 'length' | 'entryCount'> {
  readonly keyLength: number
}

/**
 * A table whose entries are keys on disk, by position; where keys have any length, their versions are, too, for deltas. In memory there
 * is only what is not committed. Pages show what was committed after they were asked for, so that all they show is durable.
 */
export class DiskTable extends DiskProperties implements StoredTable {
  readonly kind = 'table'
  readonly keyLength: number
  readonly startOffset = 0n
  readonly #disk: TableDisk
  #length: bigint
  #entryCount: number

  constructor(kept: KeptTable, disk: TableDisk, journal: RecordJournal) {
    super(kept, journal)
    this.keyLength = kept.keyLength
    this.#disk = disk
    this.#length = kept.length
    this.#entryCount = kept.entryCount
  }

  get length(): bigint {
    return this.#length
  }

  get entryCount(): number {
    return this.#entryCount
  }

  /** @throws PravegaError `STORAGE_FAILED` when it cannot be read */
  get(key: Uint8Array): StoredEntry | undefined {
    const at = this.#keyOf(key)
    const bytes = this.#read(at)
    return bytes && decodeEntry(this.keyLength, at, bytes)
  }

  /** @throws PravegaError `STORAGE_FAILED` when what is there cannot be read; then nothing has changed */
  apply(changes: readonly TableChange[]): readonly bigint[] {
    // Looked up before anything is changed, because it may fail.
    const before = new Map<string, Uint8Array | undefined>()
    const located = changes.map(({ key, value }) => {
      const at = this.#keyOf(key)
      const name = nameOf(at)
      if (!before.has(name)) before.set(name, this.#read(at))
      return { at, name, key, value }
    })
    const versions = located.map(({ at, name, key, value }) => {
      const version = this.#length
      const bytes = value && encodeEntry(this.keyLength, { key, value, version })
      this.#change(at, before.get(name), bytes)
      before.set(name, bytes)
      // Tables with keys of one length keep no record of a removal in their log (observed on Pravega 0.13).
      if (value !== undefined || this.keyLength === 0) {
        this.#length += BigInt(ENTRY_OVERHEAD + key.byteLength + (value?.byteLength ?? 0))
      }
      return version
    })
    this.modifiedAt(Date.now())
    this.#disk.pending.put(growthKey(this.number), encodeTableGrowth(this))
    return versions
  }

  async entries(range: TableRange, limit: TablePageLimit): Promise<StoredPage> {
    await this.#disk.pending.commit()
    const page = new Page(limit)
    const rows = this.#disk.keyValues.entries({ ...this.#keysOf(range), limit: limit.count + 1 })
    for await (const [at, bytes] of rows) {
      if (page.full) return page.end(true)
      page.add(decodeEntry(this.keyLength, at, bytes))
    }
    return page.end(false)
  }

  positionOf(entry: StoredEntry): Uint8Array {
    return tablePosition(this.keyLength, entry.key)
  }

  async changedSince(version: bigint, limit: TablePageLimit): Promise<StoredPage> {
    const range = { from: versionKey(this.number, version), to: versionKey(this.number, this.#length) }
    await this.#disk.pending.commit()
    const page = new Page(limit)
    let lookedUp = 0
    for await (const [key, position] of this.#disk.keyValues.entries(range)) {
      if (page.full) return page.end(true)
      if (++lookedUp % LOOKED_UP_AT_ONCE === 0) await setImmediate()
      const at = entryKey(this.number, position)
      const bytes = this.#disk.keyValues.get(at)
      // Otherwise it was changed since the iteration began: what it is now has a version behind the end.
      if (bytes !== undefined && versionOf(bytes) === versionIn(key)) page.add(decodeEntry(this.keyLength, at, bytes))
    }
    return page.end(false)
  }

  protected override touch(): void {
    super.touch()
    this.#disk.pending.put(growthKey(this.number), encodeTableGrowth(this))
  }

  #change(at: Uint8Array, before: Uint8Array | undefined, after: Uint8Array | undefined): void {
    const { pending, uncommitted } = this.#disk
    if (before === undefined && after === undefined) return
    uncommitted.change(at, after)
    if (before === undefined) this.#entryCount++
    if (after === undefined) this.#entryCount--
    if (this.keyLength > 0) return
    if (before !== undefined) pending.remove(versionKey(this.number, versionOf(before)))
    if (after !== undefined) pending.put(versionKey(this.number, versionOf(after)), positionIn(at))
  }

  #read(at: Uint8Array): Uint8Array | undefined {
    const change = this.#disk.uncommitted.find(at)
    return change === undefined ? this.#disk.keyValues.get(at) : change.bytes
  }

  #keyOf(key: Uint8Array): Uint8Array {
    return entryKey(this.number, tablePosition(this.keyLength, key))
  }

  #keysOf({ after, from, to }: TableRange): KeyRange {
    const all = allEntries(this.number)
    const first = after === undefined ? from && entryKey(this.number, from) : keyBehind(entryKey(this.number, after))
    return { from: first ?? all.from, to: to === undefined ? all.to : keyBehind(entryKey(this.number, to)) }
  }
}

/** Collects a page up to its limit. */
class Page {
  readonly #limit: TablePageLimit
  readonly #entries: StoredEntry[] = []
  #bytes = 0
  #readBytes = 0

  constructor(limit: TablePageLimit) {
    this.#limit = limit
  }

  get full(): boolean {
    const { count, bytes } = this.#limit
    return this.#entries.length >= count || this.#bytes >= bytes || this.#readBytes >= MOST_READ_BYTES
  }

  add(entry: StoredEntry): void {
    this.#bytes += this.#limit.sizeOf(entry)
    this.#readBytes += entry.key.byteLength + entry.value.byteLength
    // A copy of the key, so that it does not keep the value alive.
    this.#entries.push(this.#limit.values ? entry : { ...entry, key: new Uint8Array(entry.key), value: NOTHING })
  }

  end(more: boolean): StoredPage {
    return { entries: this.#entries, more }
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}
