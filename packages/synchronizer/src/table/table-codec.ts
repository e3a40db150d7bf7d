import { fromCbor, fromCborAsObjects, toCbor } from './cbor.ts'

/** How keys or values of a table become bytes, and back. */
export interface TableCodec<T> {
  /** @throws anything; the caller gets it as the cause of `SERIALIZATION_FAILED` */
  encode(value: T): Uint8Array
  /**
   * @param bytes - A view on received memory. Copy what is kept.
   * @throws anything; the caller gets it as the cause of `SERIALIZATION_FAILED`
   */
  decode(bytes: Uint8Array): T
}

/** Options of {@link cborCodec}. */
export interface CborCodecOptions {
  /** Maps are read as `Map`, so that their keys can be anything. Default false: as objects; keys must be texts then. */
  readonly maps?: boolean | undefined
}

/** Bytes as they are. What is read is a copy. */
export const bytesCodec: TableCodec<Uint8Array> = {
  encode: value => value,
  decode: bytes => new Uint8Array(bytes),
}

const fatalUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text as UTF-8. Bytes that are none are refused. */
export const utf8Codec: TableCodec<string> = {
  encode(value) {
    // Half a surrogate pair has no UTF-8; it would come back as another text.
    if (!value.isWellFormed()) throw new TypeError('the text has half of a surrogate pair')
    return Buffer.from(value, 'utf8')
  },
  decode: bytes => fatalUtf8.decode(bytes),
}

/** Whatever JSON can say. As keys, remember that two texts of the same object are two keys. */
export function jsonCodec<T>(): TableCodec<T> {
  return {
    encode(value) {
      const text = JSON.stringify(value) as string | undefined
      if (text === undefined) throw new TypeError(`JSON has no form for a value of type ${typeof value}`)
      return Buffer.from(text, 'utf8')
    },
    decode: bytes => JSON.parse(fatalUtf8.decode(bytes)) as T,
  }
}

/**
 * CBOR, the form that the tables of the Rust client have: texts, numbers and objects with the field names of the Rust structures.
 * Maps keep their order. Integers beyond 2^53 - 1 are read as bigint.
 */
export function cborCodec<T>(options: CborCodecOptions = {}): TableCodec<T> {
  const decode = options.maps === true ? fromCbor : fromCborAsObjects
  return {
    encode: toCbor,
    decode: bytes => decode(bytes) as T,
  }
}
