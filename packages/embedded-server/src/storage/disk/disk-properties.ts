import type { AttributeChange, StoredProperties } from '../segment-storage.ts'

const REMOVED = -(2n ** 63n)

/** What is known of a segment, of bytes or of table entries, when its object is made: a new one, or one from before. */
export interface KeptProperties {
  readonly name: string
  /** Stands for the segment in all keys. Never used for another one. */
  readonly number: number
  readonly isSealed: boolean
  /** Unix time in milliseconds. */
  readonly lastModified: number
  readonly attributes: ReadonlyMap<string, bigint>
}

/** Is told of every change to a segment's record, and writes the record with the group that is open. */
export interface RecordJournal {
  recordChanged(segment: DiskProperties): void
}

/** The part of a segment on disk that bytes and tables share. */
export abstract class DiskProperties implements StoredProperties {
  readonly name: string
  readonly number: number
  readonly #journal: RecordJournal
  readonly #attributes: Map<string, bigint>
  readonly #changedAttributes = new Set<string>()
  #isSealed: boolean
  #lastModified: number

  abstract readonly startOffset: bigint
  abstract readonly length: bigint

  constructor(kept: KeptProperties, journal: RecordJournal) {
    this.name = kept.name
    this.number = kept.number
    this.#isSealed = kept.isSealed
    this.#lastModified = kept.lastModified
    this.#attributes = new Map(kept.attributes)
    this.#journal = journal
  }

  get isSealed(): boolean {
    return this.#isSealed
  }

  get lastModified(): number {
    return this.#lastModified
  }

  attribute(id: string): bigint | undefined {
    return this.#attributes.get(id)
  }

  changeAttributes(changes: readonly AttributeChange[]): void {
    this.setAttributes(changes)
    this.touch()
  }

  seal(): void {
    this.#isSealed = true
    this.touch()
  }

  /** Ids of all attributes that are set. */
  attributeIds(): Iterable<string> {
    return this.#attributes.keys()
  }

  /** Ids of the attributes that were changed since the last call. */
  takeChangedAttributes(): readonly string[] {
    const changed = [...this.#changedAttributes]
    this.#changedAttributes.clear()
    return changed
  }

  /** The record is different now: it is written with the group that is open. */
  protected touch(): void {
    this.#lastModified = Date.now()
    this.#journal.recordChanged(this)
  }

  /** Their keys do not say what these attributes are. */
  noteChangedAttributes(ids: Iterable<string>): void {
    for (const id of ids) this.#changedAttributes.add(id)
  }

  /** As part of a change that is kept without the record. */
  protected setAttributes(changes: readonly AttributeChange[]): void {
    for (const { id, value } of changes) {
      this.#changedAttributes.add(id)
      if (value === REMOVED) this.#attributes.delete(id)
      else this.#attributes.set(id, value)
    }
  }

  protected modifiedAt(time: number): void {
    this.#lastModified = time
  }
}
