/** A change of one key. With no value the key is removed. */
export interface KeyChange {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

/** Keys from `from`, inclusive, to `to`, exclusive; both in the order of their bytes. */
export interface KeyRange {
  readonly from: Uint8Array
  readonly to: Uint8Array
  /** The first so many only. Default: all. */
  readonly limit?: number | undefined
}

/** Keys and values on disk, in the order of the keys' bytes. */
export interface KeyValues {
  /** As of the last write that has settled. */
  get(key: Uint8Array): Uint8Array | undefined
  /** As of the call, ascending. To be walked, to the end or not: until then it holds on to what was there at the call. */
  entries(range: KeyRange): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>
  /**
   * Makes all changes, or none of them. Later changes of a key win over earlier ones.
   * @param sync - whether they have to be on disk when the promise settles, or only with the operating system
   */
  write(changes: readonly KeyChange[], sync: boolean): Promise<void>
  close(): Promise<void>
}
