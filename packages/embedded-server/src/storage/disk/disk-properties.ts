import { type KnownProperties, SegmentProperties } from '../segment-properties.ts'
import type { AttributeChange } from '../segment-storage.ts'

/** What is known of a segment on disk, of bytes or of table entries, when its object is made. */
export interface KeptProperties extends KnownProperties {
  /** Stands for the segment in all keys. Never used for another one. */
  readonly number: number
}

/** Is told of every change to a segment's record, and writes the record with the group that is open. */
export interface RecordJournal {
  recordChanged(segment: DiskProperties): void
}

/** The part of a segment on disk that bytes and tables share. */
export abstract class DiskProperties extends SegmentProperties {
  readonly number: number
  readonly #journal: RecordJournal
  readonly #changedAttributes = new Set<string>()

  constructor(kept: KeptProperties, journal: RecordJournal) {
    super(kept)
    this.number = kept.number
    this.#journal = journal
  }

  /** Ids of the attributes that were changed since the last call. */
  takeChangedAttributes(): readonly string[] {
    const changed = [...this.#changedAttributes]
    this.#changedAttributes.clear()
    return changed
  }

  /** Their keys do not say what these attributes are. */
  noteChangedAttributes(ids: Iterable<string>): void {
    for (const id of ids) this.#changedAttributes.add(id)
  }

  /** The record is different now: it is written with the group that is open. */
  protected override touch(): void {
    super.touch()
    this.#journal.recordChanged(this)
  }

  /** As part of a change that is kept without the record. */
  protected override setAttributes(changes: readonly AttributeChange[]): void {
    for (const { id } of changes) this.#changedAttributes.add(id)
    super.setAttributes(changes)
  }
}
