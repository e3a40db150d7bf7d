/** A new value of an attribute. The value -2^63 removes it. */
export interface AttributeChange {
  /** 128-bit id in canonical lower-case UUID form. */
  readonly id: string
  readonly value: bigint
}

/** What every stored segment, of bytes or of table entries, has. */
export interface StoredProperties {
  readonly name: string
  /** First readable offset, in bytes. */
  readonly startOffset: bigint
  /** Offset behind the last byte ever written. Never goes down. */
  readonly length: bigint
  readonly isSealed: boolean
  /** Unix time in milliseconds of the last change. */
  readonly lastModified: number
  /** The value of an attribute; undefined when it was never set or was removed. */
  attribute(id: string): bigint | undefined
  changeAttributes(changes: readonly AttributeChange[]): void
  seal(): void
}

/**
 * The bytes of one stream segment. The caller checks all conditions (sealed, offsets in range); the storage only keeps.
 * A change is visible to the next call at once, and durable when the promise of {@link SegmentStorage.commit} settles.
 */
export interface StoredSegment extends StoredProperties {
  readonly kind: 'stream'
  /** Adds the parts in order and changes attributes in the same step. The parts are copied: the caller may reuse them. */
  append(parts: readonly Uint8Array[], changes: readonly AttributeChange[]): void
  /** Drops what is below `offset`, which is between `startOffset` and `length`. */
  truncate(offset: bigint): void
  /**
   * Bytes from `offset` on, at most `maxBytes` of them and at least one if there is one, as views in order; a promise where they have
   * to be fetched. The views stay as they are whatever happens to the segment, and must not be written to.
   * @throws PravegaError `STORAGE_FAILED` or `CORRUPT_STATE`, as a rejection, when they cannot be read or are not what was written
   */
  read(offset: bigint, maxBytes: number): readonly Uint8Array[] | Promise<readonly Uint8Array[]>
}

/** A key of a table with its value, as stored. */
export interface StoredEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
  /** Offset of the entry in the table's log: unique in the table, grows with each change. */
  readonly version: bigint
}

/** One step of a batch: a put, or with no value a removal. */
export interface TableChange {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

/** Where an iteration starts and ends. */
export interface TableRange {
  /** Position of the last entry seen ({@link StoredTable.positionOf}): go on behind it, whether or not it still exists. */
  readonly after?: Uint8Array | undefined
  /** First key, inclusive. Only for tables in key order. */
  readonly from?: Uint8Array | undefined
  /** Last key, inclusive. Only for tables in key order. */
  readonly to?: Uint8Array | undefined
}

/** Where one step of an iteration stops, at the latest. */
export interface TablePageLimit {
  /** Entries. */
  readonly count: number
  /** The entry with which the sum of `sizeOf` comes to this is the last one. */
  readonly bytes: number
  readonly sizeOf: (entry: StoredEntry) => number
  /** False: nobody looks at the values, so that they may come empty. */
  readonly values: boolean
}

/** One step of an iteration. */
export interface StoredPage {
  readonly entries: readonly StoredEntry[]
  /** Whether there are more behind them. */
  readonly more: boolean
}

/** The entries of one table segment. The caller checks all conditions; the storage only keeps. */
export interface StoredTable extends StoredProperties {
  readonly kind: 'table'
  /** 0: keys of any length, iterated in hash order. Else all keys have this many bytes and are iterated in key order. */
  readonly keyLength: number
  readonly entryCount: number
  get(key: Uint8Array): StoredEntry | undefined
  /** Applies all changes in one step. Returns the version of each, in order. Keys and values are copied. */
  apply(changes: readonly TableChange[]): readonly bigint[]
  /**
   * Entries in iteration order, as of the call or later; but never none when there are some. A promise where they have to be fetched.
   * @throws PravegaError `STORAGE_FAILED`, as a rejection, when they cannot be read
   */
  entries(range: TableRange, limit: TablePageLimit): StoredPage | Promise<StoredPage>
  /** Where an entry stands in iteration order, as opaque bytes of fixed length. */
  positionOf(entry: StoredEntry): Uint8Array
  /**
   * Entries whose version is `version` or higher and below the length that the table has now, lowest first; those that are replaced
   * meanwhile may be left out. Only for tables with keys of any length: the others tell nothing by versions. Otherwise as `entries`.
   */
  changedSince(version: bigint, limit: TablePageLimit): StoredPage | Promise<StoredPage>
}

/** How a stored segment is made. */
export interface StoredSegmentOptions {
  readonly attributes: readonly AttributeChange[]
}

/** How a stored table is made. */
export interface StoredTableOptions extends StoredSegmentOptions {
  readonly keyLength: number
}

/**
 * Where the segment store keeps its segments. All methods but `commit` and `close` are synchronous, so that the order
 * of calls is the order of changes. `createSegment` and `createTable` are called for free names only.
 */
export interface SegmentStorage {
  /** Everything kept from before. Asked once, when the server starts. */
  segments(): Iterable<StoredSegment | StoredTable>
  createSegment(name: string, options: StoredSegmentOptions): StoredSegment
  createTable(name: string, options: StoredTableOptions): StoredTable
  /** Forgets a segment and frees its name. Views that were read from it stay valid. */
  delete(name: string): void
  /** Appends all bytes of `source` to `target`, changes attributes of `target` and deletes `source`, in one step. */
  merge(target: StoredSegment, source: StoredSegment, changes: readonly AttributeChange[]): void
  /**
   * Makes all changes so far durable, as far as this storage promises that. Returns undefined when they are already, else
   * a promise; promises settle in the order of the calls. A rejection means that changes since the last commit may be lost.
   */
  commit(): Promise<void> | undefined
  close(): Promise<void>
}
