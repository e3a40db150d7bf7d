import { PravegaError } from '@pravega-ts/model'

/*
 * What JSON has a form for is written as it is. Anything else is an object with a single property that begins with "$":
 *
 * bigint            {"$bigint":"-9007199254740993"}
 * Date              {"$date":"2026-01-31T12:00:00.000Z"}, {"$date":null} for an invalid one
 * Uint8Array        {"$bytes":"aGVsbG8="}                    base64
 * NaN, ±Infinity, -0  {"$number":"NaN"}                      as JavaScript writes it, and "-0"
 * an object with a single property that begins with "$"      {"$object":{"$bigint":"no number"}}
 */

/** A row: names of columns and their values. */
export type Row = Readonly<Record<string, unknown>>

const DEEPEST = 100

type Fields = Record<string, unknown>

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

class Unsupported extends Error {}

function unsupported(value: unknown, path: string): Unsupported {
  const kind = typeof value === 'object' ? (value as object).constructor?.name : typeof value
  return new Unsupported(
    `${path} is a ${kind}, which has no form in JSON; give text, numbers, bigint, true or false, null, Date, Uint8Array, arrays or plain objects of them`,
  )
}

function encodeNumber(value: number): unknown {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value
  return { $number: Object.is(value, -0) ? '-0' : String(value) }
}

function encodeArray(values: readonly unknown[], path: string, depth: number): unknown {
  let changed: unknown[] | undefined
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? null
    const encoded = encode(value, `${path}[${index}]`, depth + 1)
    if (encoded === values[index]) continue
    changed ??= Array.from(values)
    changed[index] = encoded
  }
  return changed ?? values
}

function encodeFields(fields: Fields, path: string, depth: number): Fields {
  let changed: Map<string, unknown> | undefined
  for (const key of Object.keys(fields)) {
    const value = fields[key]
    const encoded = encode(value, path === '' ? key : `${path}.${key}`, depth + 1)
    if (encoded === value) continue
    changed ??= new Map(Object.entries(fields))
    changed.set(key, encoded)
  }
  // Object.fromEntries makes "__proto__" a property like any other.
  return changed === undefined ? fields : Object.fromEntries(changed)
}

function encodeObject(value: object, path: string, depth: number): unknown {
  if (depth > DEEPEST) throw new Unsupported(`${path.slice(0, 100)} is nested more than ${DEEPEST} deep`)
  if (Array.isArray(value)) return encodeArray(value, path, depth)
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  if (value instanceof Uint8Array) {
    return { $bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
  }
  if (!isPlain(value)) throw unsupported(value, path)
  const fields = encodeFields(value as Fields, path, depth)
  return tagOf(value as Fields) === undefined ? fields : { $object: fields }
}

function encode(value: unknown, path: string, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value
    case 'number':
      return encodeNumber(value)
    case 'bigint':
      return { $bigint: String(value) }
    case 'object':
      return value === null ? value : encodeObject(value, path, depth)
    default:
      throw unsupported(value, path)
  }
}

function tagOf(fields: Fields): string | undefined {
  let only: string | undefined
  for (const key in fields) {
    // JSON leaves it out.
    if (fields[key] === undefined) continue
    if (only !== undefined || !key.startsWith('$')) return undefined
    only = key
  }
  return only
}

/**
 * A row with every value in a form that JSON has.
 *
 * @throws PravegaError `SERIALIZATION_FAILED` names the column that has a value of another kind.
 */
export function encodeRow(row: object): Fields {
  try {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) throw unsupported(row, 'the row')
    const fields = encodeFields(row as Fields, '', 0)
    // What else a class may have brought along, such as toJSON, is not the row's.
    return isPlain(fields) ? fields : Object.fromEntries(Object.entries(fields))
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error
    throw new PravegaError('SERIALIZATION_FAILED', `The row was not written: ${error.message}`)
  }
}

/** @throws PravegaError `SERIALIZATION_FAILED` */
export function encodeValue(value: unknown): unknown {
  return encodeRow({ value })['value']
}

function decodeTag(tag: string, value: unknown): unknown {
  if (tag === '$object' && typeof value === 'object' && value !== null) return decodeFields(value as Fields)
  if (tag === '$date') return new Date(value === null ? Number.NaN : String(value))
  if (typeof value === 'string') {
    if (tag === '$bigint') return BigInt(value)
    if (tag === '$bytes') return Uint8Array.from(Buffer.from(value, 'base64'))
    if (tag === '$number') return Number(value)
  }
  throw new PravegaError('SERIALIZATION_FAILED', `{"${tag}": …} is no value that this release knows; update the reader`)
}

function decodeFields(fields: Fields): Fields {
  for (const key in fields) {
    const value = fields[key]
    if (typeof value !== 'object' || value === null) continue
    const decoded = decodeValue(value)
    if (decoded === value) continue
    // An assignment to "__proto__" would set the prototype.
    Object.defineProperty(fields, key, { value: decoded, enumerable: true, configurable: true, writable: true })
  }
  return fields
}

/** The value that JSON text stood for. Takes `value` apart. */
export function decodeValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = decodeValue(value[index])
    return value
  }
  const tag = tagOf(value as Fields)
  return tag === undefined ? decodeFields(value as Fields) : decodeTag(tag, (value as Fields)[tag])
}

/** The row that an object from JSON text stood for. Takes it apart. */
export function decodeRow(fields: object): Row {
  return decodeFields(fields as Fields)
}
