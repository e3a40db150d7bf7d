import type { KeyValues } from '../../../src/storage/disk/key-values.ts'
import type { PendingChanges } from '../../../src/storage/disk/pending-changes.ts'
import type {
  SegmentStorage,
  StoredProperties,
  StoredSegment,
  StoredSegmentOptions,
  StoredTable,
  StoredTableOptions,
} from '../../../src/storage/segment-storage.ts'

const PREFIX = '\u0001'

/** What is kept of a segment; of its bytes, all. */
export interface KeptSegment {
  readonly kind: 'stream' | 'table'
  readonly keyLength: number
  readonly text: string
  readonly start: number
  readonly isSealed: boolean
}

const EMPTY = { keyLength: 0, text: '', start: 0, isSealed: false }

/** Segments in memory, each of them whole in one key: every change is a change of the group that is open. */
export class RecordedStorage implements SegmentStorage {
  readonly #kept = new Map<string, KeptSegment>()
  readonly #pending: PendingChanges

  private constructor(pending: PendingChanges) {
    this.#pending = pending
  }

  static async open(keyValues: KeyValues, pending: PendingChanges): Promise<RecordedStorage> {
    const storage = new RecordedStorage(pending)
    for await (const [key, value] of keyValues.entries({ from: Buffer.from(PREFIX), to: Buffer.from('\u0002') })) {
      storage.#kept.set(Buffer.from(key).toString().slice(1), JSON.parse(Buffer.from(value).toString()))
    }
    return storage
  }

  get names(): readonly string[] {
    return [...this.#kept.keys()]
  }

  find(name: string): KeptSegment | undefined {
    return this.#kept.get(name)
  }

  get(name: string): KeptSegment {
    const kept = this.#kept.get(name)
    if (kept === undefined) throw new Error(`no segment ${name}`)
    return kept
  }

  change(name: string, changes: Partial<KeptSegment>): void {
    const kept = { ...this.get(name), ...changes }
    this.#kept.set(name, kept)
    this.#pending.put(Buffer.from(PREFIX + name), Buffer.from(JSON.stringify(kept)))
  }

  segments(): Iterable<StoredSegment | StoredTable> {
    return [...this.#kept].map(([name, { kind }]) =>
      kind === 'stream' ? new RecordedSegment(this, name) : new RecordedTable(this, name),
    )
  }

  createSegment(name: string, _options: StoredSegmentOptions): StoredSegment {
    this.#kept.set(name, { kind: 'stream', ...EMPTY })
    this.change(name, {})
    return new RecordedSegment(this, name)
  }

  createTable(name: string, { keyLength }: StoredTableOptions): StoredTable {
    this.#kept.set(name, { kind: 'table', ...EMPTY, keyLength })
    this.change(name, {})
    return new RecordedTable(this, name)
  }

  delete(name: string): void {
    this.#kept.delete(name)
    this.#pending.remove(Buffer.from(PREFIX + name))
  }

  merge(target: StoredSegment, source: StoredSegment): void {
    this.change(target.name, { text: this.get(target.name).text + this.get(source.name).text })
    this.delete(source.name)
  }

  commit(): Promise<void> | undefined {
    return this.#pending.commit()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

abstract class RecordedProperties implements StoredProperties {
  readonly name: string
  readonly lastModified = 0
  protected readonly storage: RecordedStorage

  constructor(storage: RecordedStorage, name: string) {
    this.storage = storage
    this.name = name
  }

  get startOffset(): bigint {
    return BigInt(this.storage.find(this.name)?.start ?? 0)
  }

  get length(): bigint {
    return BigInt(this.storage.find(this.name)?.text.length ?? 0)
  }

  get isSealed(): boolean {
    return this.storage.find(this.name)?.isSealed ?? false
  }

  attribute(): undefined {
    return undefined
  }

  changeAttributes(): void {}

  seal(): void {
    this.storage.change(this.name, { isSealed: true })
  }
}

class RecordedSegment extends RecordedProperties implements StoredSegment {
  readonly kind = 'stream'

  append(parts: readonly Uint8Array[]): void {
    const added = parts.map(part => Buffer.from(part).toString()).join('')
    this.storage.change(this.name, { text: this.storage.get(this.name).text + added })
  }

  truncate(offset: bigint): void {
    this.storage.change(this.name, { start: Number(offset) })
  }

  read(): readonly Uint8Array[] {
    return []
  }
}

class RecordedTable extends RecordedProperties implements StoredTable {
  readonly kind = 'table'
  readonly entryCount = 0
  readonly get = unused
  readonly apply = unused
  readonly entries = unused
  readonly positionOf = unused
  readonly changedSince = unused

  get keyLength(): number {
    return this.storage.get(this.name).keyLength
  }
}

function unused(): never {
  throw new Error('tables are only kept as a whole here')
}
