/** A value in a {@link TableView}. */
export interface TableValue {
  /** Name of its type, by which readers know what `data` is. */
  readonly typeId: string
  /**
   * The value, from CBOR: maps are `Map` in the order in which they were written, integers beyond 2^53 - 1 are bigint. Decoded when it
   * is first asked for.
   *
   * @throws PravegaError `CORRUPT_STATE`
   */
  readonly data: unknown
  /** The CBOR document that `data` is decoded from. */
  readonly document: Uint8Array
  /** Version of the entry: grows with each change of the table. */
  readonly version: bigint
}

/** Outer map -> inner map -> value, as of one moment. Does not change. */
export interface TableView {
  /** Names of the outer maps that have values. */
  readonly outerNames: readonly string[]
  /** There is no value at all. */
  readonly isEmpty: boolean
  get(outer: string, inner: string): TableValue | undefined
  /** The values of an outer map by their inner names; empty when there are none. */
  innerMap(outer: string): ReadonlyMap<string, TableValue>
}
