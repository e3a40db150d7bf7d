/**
 * Records by two names: the parent's, which is listed by, and the own one. A record is never mutated; a change puts a
 * new one in its place.
 */
export interface RecordTable<R> {
  get(parent: string, name: string): R | undefined
  set(parent: string, name: string, record: R): void
  delete(parent: string, name: string): void
  /** Oldest first. The listing is a copy: records may be set and deleted while it is walked. */
  list(parent: string): readonly (readonly [name: string, record: R])[]
  /** Number of records of a parent. */
  count(parent: string): number
  /** Parents that have records. */
  parents(): readonly string[]
}

export class MemoryRecordTable<R> implements RecordTable<R> {
  readonly #parents = new Map<string, Map<string, R>>()

  get(parent: string, name: string): R | undefined {
    return this.#parents.get(parent)?.get(name)
  }

  set(parent: string, name: string, record: R): void {
    let records = this.#parents.get(parent)
    if (records === undefined) {
      records = new Map()
      this.#parents.set(parent, records)
    }
    records.set(name, record)
  }

  delete(parent: string, name: string): void {
    const records = this.#parents.get(parent)
    records?.delete(name)
    if (records?.size === 0) this.#parents.delete(parent)
  }

  list(parent: string): readonly (readonly [name: string, record: R])[] {
    return [...(this.#parents.get(parent) ?? [])]
  }

  count(parent: string): number {
    return this.#parents.get(parent)?.size ?? 0
  }

  parents(): readonly string[] {
    return [...this.#parents.keys()]
  }
}
