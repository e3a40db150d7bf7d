import type { CallOptions, ScopedSegment } from '@pravega-ts/model'
import type { TableInfo, VersionCondition } from '@pravega-ts/segment-client'
import type { SynchronizerOptions } from '../revisioned-stream.ts'
import type { TableCodec } from './table-codec.ts'

/** A value, and its version: opaque, grows with each change of the table. */
export interface Versioned<V> {
  readonly value: V
  readonly version: bigint
}

/** A key with its value. */
export interface KeyedValue<K, V> extends Versioned<V> {
  readonly key: K
}

/** A key with the version of its value. */
export interface VersionedKey<K> {
  readonly key: K
  readonly version: bigint
}

/** A value to be put. */
export interface ValuePut<K, V> {
  readonly key: K
  readonly value: V
  /** What must hold: nothing (`'any'`, the default), there is no value (`'absent'`), or it has this version. */
  readonly version?: VersionCondition | undefined
}

/** A key to be removed. */
export interface KeyRemoval<K> {
  readonly key: K
  /** As for {@link ValuePut}. */
  readonly version?: VersionCondition | undefined
}

/** Options of {@link openTable}. */
export interface TableOptions<K, V> extends SynchronizerOptions {
  /** How keys become bytes: 1 to 8192 of them. */
  readonly key: TableCodec<K>
  /** How values become bytes: with those of the key at most 1048559 (17 less than 1 MiB), none is fine. */
  readonly value: TableCodec<V>
  /** Make the table if there is none. Default true; else every call finds out by itself, with `NO_SUCH_SEGMENT`. */
  readonly create?: boolean | undefined
}

/** Options of an iteration. */
export interface TableScanOptions extends CallOptions {
  /** Entries to ask for at a time. Default 100. */
  readonly pageSize?: number | undefined
}

/**
 * Values by key, each with a version, kept by a segment store.
 *
 * All calls may fail with `ABORTED`, `DEADLINE_EXCEEDED`, `NO_SUCH_SEGMENT`, `TOKEN_REFUSED`, `RETRIES_EXHAUSTED`; with
 * `INVALID_ARGUMENT` for a key or value that is too long, an empty key, or too much in one call (16 MiB); with `SERIALIZATION_FAILED` from
 * a codec.
 *
 * When the answer to a change was lost it is made again. A conditional one then takes effect once; if nobody can tell whether it did, it
 * fails with `CONNECTION_LOST` and `details.outcome` `'unknown'`. One without condition may be made twice, the second time after a
 * change of somebody else.
 */
export interface Table<K, V> extends AsyncDisposable {
  readonly segment: ScopedSegment

  /** undefined: there is none. */
  get(key: K, call?: CallOptions): Promise<Versioned<V> | undefined>
  /** In the order of the keys, with one request; undefined where there is none. */
  getMany(keys: readonly K[], call?: CallOptions): Promise<readonly (Versioned<V> | undefined)[]>

  /** Puts a value, whatever there was. Resolves to its version. */
  put(key: K, value: V, call?: CallOptions): Promise<bigint>
  /** Puts a value if there is none. Resolves to its version; undefined: there is one, and nothing was put. */
  putIfAbsent(key: K, value: V, call?: CallOptions): Promise<bigint | undefined>
  /** Puts a value in place of the one with this version. Resolves to the new version; undefined: there is another or none, nothing was put. */
  putIfVersion(key: K, value: V, version: bigint, call?: CallOptions): Promise<bigint | undefined>
  /**
   * Puts all values or none. Resolves to their versions in the same order; undefined: a condition did not hold, nothing was put. Of two
   * values for one key the last one stays.
   */
  putMany(puts: readonly ValuePut<K, V>[], call?: CallOptions): Promise<readonly bigint[] | undefined>

  /** Removes a value. None is fine. */
  remove(key: K, call?: CallOptions): Promise<void>
  /** Removes the value with this version. Resolves to whether it did. */
  removeIfVersion(key: K, version: bigint, call?: CallOptions): Promise<boolean>
  /** Removes all or none. Resolves to whether all conditions held. */
  removeMany(removals: readonly KeyRemoval<K>[], call?: CallOptions): Promise<boolean>

  /** All values, in no order, read page by page. Changes meanwhile may show or not. `timeoutMs` is for each page. */
  entries(options?: TableScanOptions): AsyncIterable<KeyedValue<K, V>>
  /** All keys, as {@link Table.entries}. */
  keys(options?: TableScanOptions): AsyncIterable<VersionedKey<K>>
  /** How long its log is, and about how many entries it has: servers count with a delay. */
  info(call?: CallOptions): Promise<TableInfo>

  /** Ends the calls under way with `CLOSED`. The table stays. */
  close(): Promise<void>
}
