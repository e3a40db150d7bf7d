import { MemoryRecordTable, type RecordTable } from '../../../controller/state/record-table.ts'
import type { PendingChanges } from '../pending-changes.ts'
import type { TableLayout } from './controller-records.ts'
import { encodeRecord, encodeRecordKey, type SequencedRecord } from './record-codec.ts'

/** A table in memory; each change also goes to the group that is open. */
export class PersistentRecordTable<R> implements RecordTable<R> {
  readonly #layout: TableLayout<R>
  readonly #pending: PendingChanges
  readonly #nextSequence: () => number
  readonly #records = new MemoryRecordTable<SequencedRecord<R>>()

  /** @param nextSequence - gives each new record the next place */
  constructor(layout: TableLayout<R>, pending: PendingChanges, nextSequence: () => number) {
    this.#layout = layout
    this.#pending = pending
    this.#nextSequence = nextSequence
  }

  get(parent: string, name: string): R | undefined {
    return this.#records.get(parent, name)?.record
  }

  set(parent: string, name: string, record: R): void {
    const sequence = this.#records.get(parent, name)?.sequence ?? this.#nextSequence()
    const sequenced = { record, sequence }
    // First, because it may refuse.
    const value = encodeRecord(this.#layout.kind, sequenced)
    this.#records.set(parent, name, sequenced)
    this.#pending.put(this.#keyOf(parent, name), value)
  }

  delete(parent: string, name: string): void {
    if (this.#records.get(parent, name) === undefined) return
    this.#records.delete(parent, name)
    this.#pending.remove(this.#keyOf(parent, name))
  }

  list(parent: string): readonly (readonly [name: string, record: R])[] {
    return this.#records.list(parent).map(([name, { record }]) => [name, record])
  }

  count(parent: string): number {
    return this.#records.count(parent)
  }

  parents(): readonly string[] {
    return this.#records.parents()
  }

  /** Takes what was kept. In the order in which it was made. */
  load(parent: string, name: string, record: SequencedRecord<R>): void {
    this.#records.set(parent, name, record)
  }

  #keyOf(parent: string, name: string): Uint8Array {
    return encodeRecordKey({ table: this.#layout.id, parent, name })
  }
}
