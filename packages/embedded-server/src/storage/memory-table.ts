import { countLeading } from './count-leading.ts'
import { OrderedMap } from './ordered-map.ts'
import { newProperties, SegmentProperties } from './segment-properties.ts'
import type {
  StoredEntry,
  StoredPage,
  StoredTable,
  StoredTableOptions,
  TableChange,
  TablePageLimit,
  TableRange,
} from './segment-storage.ts'
import { tablePosition } from './table-position.ts'

/** What an entry takes in the log of a table beyond its key and value: format, two lengths, version. */
const ENTRY_OVERHEAD = 17
const NOTHING = new Uint8Array(0)
const DEAD_KEPT = 64

interface Entry extends StoredEntry {
  value: Uint8Array
  live: boolean
}

/**
 * A table as two orders of the same entries: by position for look-up and iteration, by version for deltas. The log that
 * versions are offsets of is not kept, only its length; so there is nothing to compact and memory follows the live entries.
 */
export class MemoryTable extends SegmentProperties implements StoredTable {
  readonly kind = 'table'
  readonly keyLength: number
  readonly startOffset = 0n
  readonly #byPosition = new OrderedMap<Entry>()
  #byVersion: Entry[] = []
  #length = 0n

  constructor(name: string, options: StoredTableOptions) {
    super(newProperties(name, options.attributes))
    this.keyLength = options.keyLength
  }

  get length(): bigint {
    return this.#length
  }

  get entryCount(): number {
    return this.#byPosition.size
  }

  get(key: Uint8Array): StoredEntry | undefined {
    return this.#byPosition.get(this.#position(key))
  }

  apply(changes: readonly TableChange[]): readonly bigint[] {
    const versions = changes.map(({ key, value }) => {
      const version = this.#length
      // Tables with keys of one length keep no record of a removal in their log (observed on Pravega 0.13).
      if (value !== undefined || this.keyLength === 0) {
        this.#length += BigInt(ENTRY_OVERHEAD + key.byteLength + (value?.byteLength ?? 0))
      }
      const position = this.#position(key)
      const old = this.#byPosition.get(position)
      if (old !== undefined) {
        old.live = false
        old.value = NOTHING
      }
      if (value === undefined) {
        this.#byPosition.delete(position)
      } else {
        const entry: Entry = { key: old?.key ?? ownCopy(key), value: ownCopy(value), version, live: true }
        this.#byPosition.set(position, entry)
        this.#byVersion.push(entry)
      }
      return version
    })
    if (this.#byVersion.length > 2 * this.#byPosition.size + DEAD_KEPT) {
      this.#byVersion = this.#byVersion.filter(entry => entry.live)
    }
    this.touch()
    return versions
  }

  entries(range: TableRange, limit: TablePageLimit): StoredPage {
    return page(this.#entries(range), limit)
  }

  positionOf(entry: StoredEntry): Uint8Array {
    return Buffer.from(this.#position(entry.key), 'latin1')
  }

  changedSince(version: bigint, limit: TablePageLimit): StoredPage {
    return page(this.#changedSince(version), limit)
  }

  *#entries({ after, from, to }: TableRange): Generator<StoredEntry, void, undefined> {
    const first = from === undefined ? undefined : this.#byPosition.get(this.#position(from))
    if (first !== undefined && after === undefined) yield first
    const start = after === undefined ? (from === undefined ? undefined : this.#position(from)) : text(after)
    const end = to === undefined ? undefined : this.#position(to)
    for (const entry of this.#byPosition.valuesAfter(start)) {
      if (end !== undefined && this.#position(entry.key) > end) return
      yield entry
    }
  }

  *#changedSince(version: bigint): Generator<StoredEntry, void, undefined> {
    const entries = this.#byVersion
    const older = countLeading(entries.length, index => (entries[index] as Entry).version < version)
    for (let index = older; index < entries.length; index++) {
      const entry = entries[index] as Entry
      if (entry.live) yield entry
    }
  }

  #position(key: Uint8Array): string {
    return text(tablePosition(this.keyLength, key))
  }
}

function page(entries: Iterable<StoredEntry>, { count, bytes, sizeOf }: TablePageLimit): StoredPage {
  const taken: StoredEntry[] = []
  let size = 0
  for (const entry of entries) {
    if (taken.length >= count || size >= bytes) return { entries: taken, more: true }
    taken.push(entry)
    size += sizeOf(entry)
  }
  return { entries: taken, more: false }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** A copy with memory of its own, so that a small value does not keep a whole received buffer alive. */
function ownCopy(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === 0 ? NOTHING : new Uint8Array(bytes)
}
