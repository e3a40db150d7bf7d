import { PravegaError } from '@pravega-ts/model'
import { newProperties } from '../../segment-properties.ts'
import type { StoredTable, StoredTableOptions } from '../../segment-storage.ts'
import type { DiskProperties, RecordJournal } from '../disk-properties.ts'
import type { KeyRange, KeyValues } from '../key-values.ts'
import type { PendingChanges } from '../pending-changes.ts'
import { DiskTable, type KeptTable, type TableDisk } from './disk-table.ts'
import {
  ALL_GROWTHS,
  ALL_RECORDS,
  ALL_REMOVALS,
  growthKey,
  recordKey,
  removalKey,
  tableNumberIn,
} from './table-keys.ts'
import { decodeTableGrowth, decodeTableRecord, encodeTableGrowth, encodeTableRecord } from './table-record.ts'
import { removeTableKeys } from './table-removal.ts'
import { UncommittedEntries } from './uncommitted-entries.ts'

const NOTHING = new Uint8Array(0)

/** The tables of a data directory. */
export interface DiskTables extends Iterable<StoredTable> {
  /** Makes a table under a name that is free. */
  create(name: string, options: StoredTableOptions): StoredTable
  /** Deletes a table. What it had is removed afterwards, also by the next server if this one stops before that. */
  delete(table: StoredTable): void
  /** Waits until nothing is removed any more. To be called when the pending changes have been closed, or all has been removed. */
  settled(): Promise<void>
}

/**
 * Finds the tables that were kept, and goes on removing what deleted ones had.
 * @throws PravegaError `STORAGE_FAILED` when they cannot be read; `CORRUPT_STATE` when they make no sense; `VERSION_MISMATCH` when a later version of this server wrote them.
 */
export async function loadTables(keyValues: KeyValues, pending: PendingChanges): Promise<DiskTables> {
  const tables = new Tables({ keyValues, pending, uncommitted: new UncommittedEntries(pending) })
  const growths = keyValues.entries(ALL_GROWTHS)[Symbol.asyncIterator]()
  for await (const [key, bytes] of keyValues.entries(ALL_RECORDS)) {
    const { value: growth, done } = await growths.next()
    const number = tableNumberIn(key)
    if (done === true || tableNumberIn(growth[0]) !== number) {
      throw new PravegaError('CORRUPT_STATE', `the length of table ${number} is missing; restore the data directory`)
    }
    tables.add({ number, ...decodeTableRecord(bytes), ...decodeTableGrowth(growth[1]) })
  }
  await growths.return?.()
  for (const key of await keysIn(keyValues, ALL_REMOVALS)) tables.resumeRemoval(tableNumberIn(key))
  return tables
}

class Tables implements DiskTables, RecordJournal {
  readonly #disk: TableDisk
  readonly #tables = new Map<number, DiskTable>()
  #lastNumber = 0
  /** One after the other, so that a scope with many tables can be deleted. */
  #removals: Promise<void> = Promise.resolve()

  constructor(disk: TableDisk) {
    this.#disk = disk
  }

  [Symbol.iterator](): Iterator<StoredTable> {
    return this.#tables.values()
  }

  create(name: string, { attributes, keyLength }: StoredTableOptions): StoredTable {
    const table = this.add({
      ...newProperties(name, attributes),
      number: this.#lastNumber + 1,
      keyLength,
      length: 0n,
      entryCount: 0,
    })
    this.recordChanged(table)
    this.#disk.pending.put(growthKey(table.number), encodeTableGrowth(table))
    return table
  }

  delete(table: StoredTable): void {
    if (!(table instanceof DiskTable && this.#tables.delete(table.number))) return
    const { pending } = this.#disk
    const { number } = table
    pending.remove(recordKey(number))
    pending.remove(growthKey(number))
    pending.put(removalKey(number), NOTHING)
    this.resumeRemoval(number)
  }

  settled(): Promise<void> {
    return this.#removals
  }

  add(kept: KeptTable): DiskTable {
    const table = new DiskTable(kept, this.#disk, this)
    this.#tables.set(kept.number, table)
    this.#lastNumber = Math.max(this.#lastNumber, kept.number)
    return table
  }

  recordChanged(table: DiskProperties): void {
    if (!(table instanceof DiskTable)) return
    const attributes = new Map([...table.attributeIds()].map(id => [id, table.attribute(id) ?? 0n]))
    table.takeChangedAttributes()
    const { name, keyLength, isSealed } = table
    this.#disk.pending.put(recordKey(table.number), encodeTableRecord({ name, keyLength, isSealed, attributes }))
  }

  resumeRemoval(number: number): void {
    this.#lastNumber = Math.max(this.#lastNumber, number)
    // When it fails, the storage has failed or was closed: the removal is noted, and the next server goes on with it.
    this.#removals = this.#removals.then(() => removeTableKeys(this.#disk, number)).catch(() => {})
  }
}

async function keysIn(keyValues: KeyValues, range: KeyRange): Promise<readonly Uint8Array[]> {
  const keys: Uint8Array[] = []
  for await (const [key] of keyValues.entries(range)) keys.push(key)
  return keys
}
