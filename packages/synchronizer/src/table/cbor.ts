import { decode, encode } from 'cborg'

// Maps stay in the order in which they were given: nothing is to be sorted.
const KEEP_ORDER = { mapSorter: () => 0 }

/** Any value as one CBOR document, with maps in the order of their keys. Integers take a bigint, too. */
export function toCbor(value: unknown): Uint8Array {
  return encode(value, KEEP_ORDER)
}

/** One CBOR document, with maps as `Map`, whatever their keys are. Integers beyond 2^53 - 1 are bigint. */
export function fromCbor(bytes: Uint8Array): unknown {
  return decode(bytes, { useMaps: true })
}

/** One CBOR document, with maps as plain objects. */
export function fromCborAsObjects(bytes: Uint8Array): unknown {
  return decode(bytes)
}
