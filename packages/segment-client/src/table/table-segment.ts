import type { CallOptions, ScopedSegment } from '@pravega-ts/model'

/** An entry of a table. */
export interface TableEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
  /** Version of the entry: opaque, grows with each change of the table. */
  readonly version: bigint
}

/** A key of a table, with the version of its entry. */
export interface TableKey {
  readonly key: Uint8Array
  readonly version: bigint
}

/**
 * What must hold for a change: `'any'` (the default) nothing, `'absent'` there is no entry, a version that the entry has exactly
 * this version.
 */
export type VersionCondition = 'any' | 'absent' | bigint

/** An entry to be put. */
export interface TablePut {
  /** 1 to 8192 bytes; exactly the length of its keys for a table that has one. */
  readonly key: Uint8Array
  /** With key and 17 bytes more at most 1 MiB. May be empty. */
  readonly value: Uint8Array
  readonly version?: VersionCondition | undefined
}

/** A key to be removed. */
export interface TableRemoval {
  readonly key: Uint8Array
  readonly version?: VersionCondition | undefined
}

/** Options of a new table. */
export interface CreateTableOptions {
  /** Length of all keys in bytes, 1 to 256; such a table is sorted by key. Default: keys of any length, no order. */
  readonly keyLength?: number | undefined
  /** Size of the pieces in long-term storage, in bytes. Default 0: as the server is configured. */
  readonly rolloverSizeBytes?: number | bigint | undefined
}

/** Options of a change. */
export interface TableChangeOptions extends CallOptions {
  /** Length that the table must have, see {@link TableInfo.length}. Default: any. */
  readonly expectedLength?: bigint | undefined
}

/** Options of an iteration. */
export interface TableIterationOptions extends CallOptions {
  /** Entries to ask for at a time. Default 100. `timeoutMs` is for each of these requests. */
  readonly pageSize?: number | undefined
  /** First key, inclusive; only for a table whose keys have one length. */
  readonly from?: Uint8Array | undefined
  /** Last key, inclusive; only for a table whose keys have one length. */
  readonly to?: Uint8Array | undefined
}

/** A table as its store describes it. */
export interface TableInfo {
  readonly startOffset: bigint
  /** Length of the log that the table is; grows with each change. A position for {@link TableSegment.delta}. */
  readonly length: bigint
  /** How many entries there are. Servers of release 0.13 say 0 for tables whose keys have one length. */
  readonly entryCount: bigint
  /** Length of the keys; 0: any. */
  readonly keyLength: number
}

/** Entries that have changed. */
export interface TableDelta {
  /** The newest version of each; what was removed simply does not appear. */
  readonly entries: readonly TableEntry[]
  /** What was known before is void. */
  readonly shouldClear: boolean
  /** There was nothing more at the moment. */
  readonly reachedEnd: boolean
  /** Where to go on. */
  readonly position: bigint
}

/**
 * A table segment: keys with values and versions. Single puts and removals are atomic, and so is one call with several.
 *
 * @remarks A change whose answer was lost is made again. When the second answer cannot tell whether the first change took effect,
 * the call fails with `CONNECTION_LOST` and `details.outcome` `'unknown'`: never is a change reported that was not made.
 */
export interface TableSegment {
  readonly segment: ScopedSegment
  /** Resolves to false if it exists already. */
  create(options?: CreateTableOptions, call?: CallOptions): Promise<boolean>
  /**
   * Resolves to false if there was none.
   *
   * @param options - `mustBeEmpty`: fail with `TABLE_NOT_EMPTY` instead of deleting entries. Default false.
   */
  delete(options?: CallOptions & { readonly mustBeEmpty?: boolean | undefined }): Promise<boolean>
  info(call?: CallOptions): Promise<TableInfo>
  /** The entry of each key, in the order of the keys; undefined where there is none. */
  get(keys: readonly Uint8Array[], call?: CallOptions): Promise<readonly (TableEntry | undefined)[]>
  /**
   * Puts all entries or none. Resolves to their versions.
   *
   * @throws PravegaError `TABLE_KEY_BAD_VERSION`, `TABLE_KEY_NOT_FOUND`, `CONDITIONAL_CHECK_FAILED` (expectedLength),
   * `INVALID_ARGUMENT` for an empty or too long key or too much in one call
   */
  put(entries: readonly TablePut[], options?: TableChangeOptions): Promise<readonly bigint[]>
  /** Removes all keys or none. A key without entry and without a version to match is fine. */
  remove(keys: readonly TableRemoval[], options?: TableChangeOptions): Promise<void>
  /** All keys, in no order (by key where keys have one length). Changes meanwhile may show or not. */
  keys(options?: TableIterationOptions): AsyncIterable<TableKey>
  /** All entries, as {@link keys}. */
  entries(options?: TableIterationOptions): AsyncIterable<TableEntry>
  /**
   * What has changed since a position.
   *
   * @param from - The position of an earlier delta, or the length of an info that an iteration came after.
   */
  delta(from: bigint, options?: CallOptions & { readonly maxEntries?: number | undefined }): Promise<TableDelta>
}
