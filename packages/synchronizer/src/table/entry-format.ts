import { PravegaError } from '@pravega-ts/model'
import { fromCbor, toCbor } from './cbor.ts'

/** Most bytes of the name of an outer map: its length stands before it in two digits. */
export const LONGEST_OUTER = 99
const TOMBSTONE = 'tombstone'
const MAP_VERSION = 'blob'
const EMPTY_DOCUMENT = Uint8Array.of(0xa0)
const MAP_VERSION_DOCUMENT = Uint8Array.of(0)

/** Names one transaction, and no other. */
export interface TransactionId {
  /** A random number that only one member has. */
  readonly member: bigint
  /** Which one of the member it is, from 1 on. */
  readonly sequence: bigint
}

/** A change of an outer map: who made it, and which version of the map it replaced. */
export interface MapWrite extends TransactionId {
  /** Version of the map's version entry before; -1: there was none. */
  readonly base: bigint
}

/** The last changes of an outer map, the last one only of each member. */
export interface WriteHistory {
  /** Oldest first. */
  readonly writes: readonly MapWrite[]
  /** Each member that has replaced this version or a later one is named. undefined: nobody keeps a history. */
  readonly since: bigint | undefined
}

/** What an entry is named by: a value in an outer map, or (without `inner`) the version of that outer map. */
export interface EntryName {
  readonly outer: string
  readonly inner: string | undefined
}

/** What an entry holds. */
export interface EntryBody extends WriteHistory {
  readonly typeId: string
  /** A CBOR document. */
  readonly document: Uint8Array
  /** In the version of an outer map: tombstones before this position may have been removed. */
  readonly purgedTo: bigint
}

/**
 * Key of an entry: as CBOR text two digits (bytes of the outer name), the outer name, and for a value `/` and the inner name.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function encodeKey({ outer, inner }: EntryName): Uint8Array {
  const length = Buffer.byteLength(outer, 'utf8')
  const whole = outer.isWellFormed() && (inner === undefined || inner.isWellFormed())
  if (length === 0 || length > LONGEST_OUTER || !whole) {
    const rule = `names are well-formed texts, outer ones of 1 to ${LONGEST_OUTER} bytes in UTF-8`
    throw new PravegaError('INVALID_ARGUMENT', `Entry ${entryText({ outer, inner })} is refused: ${rule}. Use others`)
  }
  const prefix = String(length).padStart(2, '0')
  return toCbor(inner === undefined ? `${prefix}${outer}` : `${prefix}${outer}/${inner}`)
}

/** @throws Error for what is no key of this form */
export function decodeKey(key: Uint8Array): EntryName {
  const text = fromCbor(key)
  if (typeof text !== 'string') throw new TypeError('the key is no CBOR text')
  const length = /^\d\d/.test(text) ? Number(text.slice(0, 2)) : Number.NaN
  const rest = Buffer.from(text.slice(2), 'utf8')
  if (Number.isNaN(length) || rest.length < length) throw new RangeError(`key "${text}" begins with no length`)
  const outer = rest.toString('utf8', 0, length)
  if (rest.length === length) return { outer, inner: undefined }
  if (rest[length] !== 0x2f) throw new RangeError(`key "${text}" has no slash behind its outer name`)
  return { outer, inner: rest.toString('utf8', length + 1) }
}

/** A value: CBOR map of `type_id` and `data`, the latter an array with a small integer for each byte of another CBOR document. */
export function encodeBody({ typeId, document, writes, since, purgedTo }: EntryBody): Uint8Array {
  const fields: Record<string, unknown> = { type_id: typeId, data: Array.from(document) }
  // Rust clients read two fields and pass over others.
  if (since !== undefined) {
    fields['writes'] = writes.map(({ member, sequence, base }) => [member, sequence, base])
    fields['since'] = since
  }
  if (purgedTo > 0n) fields['purged_to'] = purgedTo
  return toCbor(fields)
}

/** @throws Error for what is no value of this form */
export function decodeBody(value: Uint8Array): EntryBody {
  const fields = fromCbor(value)
  if (!(fields instanceof Map)) throw new TypeError('the value is no CBOR map')
  const typeId: unknown = fields.get('type_id')
  const data: unknown = fields.get('data')
  if (typeof typeId !== 'string') throw new TypeError('the value has no text type_id')
  if (!Array.isArray(data)) throw new TypeError('the value has no array data')
  const document = Uint8Array.from(data, (byte: unknown) => {
    if (!Number.isInteger(byte) || Number(byte) < 0 || Number(byte) > 255)
      throw new RangeError('data has something that is no byte')
    return Number(byte)
  })
  return {
    typeId,
    document,
    writes: decodeWrites(fields.get('writes') ?? []),
    since: fields.has('since') ? toInteger(fields.get('since')) : undefined,
    purgedTo: toInteger(fields.get('purged_to') ?? 0),
  }
}

/** What holds a value. */
export function valueBody(typeId: string, document: Uint8Array): EntryBody {
  return { typeId, document, writes: [], since: undefined, purgedTo: 0n }
}

/** What stands in place of a value that was removed. */
export const TOMBSTONE_BODY: EntryBody = valueBody(TOMBSTONE, EMPTY_DOCUMENT)

export function isTombstone(body: EntryBody): boolean {
  return body.typeId === TOMBSTONE
}

/** The version entry of an outer map. */
export function mapVersionBody(history: WriteHistory, purgedTo: bigint): EntryBody {
  return { typeId: MAP_VERSION, document: MAP_VERSION_DOCUMENT, ...history, purgedTo }
}

/** For messages. */
export function entryText({ outer, inner }: EntryName): string {
  return inner === undefined ? `"${outer}"` : `"${outer}" / "${inner}"`
}

function decodeWrites(given: unknown): readonly MapWrite[] {
  if (!Array.isArray(given)) throw new TypeError('writes is no array')
  return given.map((write: unknown) => {
    if (!Array.isArray(write)) throw new TypeError('writes has something that is no array')
    return { member: toInteger(write[0]), sequence: toInteger(write[1]), base: toInteger(write[2]) }
  })
}

function toInteger(value: unknown): bigint {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return BigInt(value as bigint | number)
  throw new TypeError(`${String(value)} is no integer`)
}
