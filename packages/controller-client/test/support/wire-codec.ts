// Protobuf by hand, driven by the table of vectors/controller-schema.json: an independent witness for the generated code.
// Values have the form of the transcripts: 64-bit integers as decimal strings, enums as names, maps as objects.
import { readFileSync } from 'node:fs'

interface Field {
  readonly number: number
  readonly name: string
  readonly type: string
  readonly enum?: boolean
  readonly repeated?: boolean
  readonly deprecated?: boolean
}

export interface Schema {
  readonly package: string
  readonly service: string
  readonly methods: readonly { readonly name: string; readonly request: string; readonly response: string }[]
  readonly messages: readonly { readonly name: string; readonly fields: readonly Field[] }[]
  readonly enums: readonly { readonly name: string; readonly values: Readonly<Record<string, number>> }[]
}

export type Json = { readonly [name: string]: unknown }

export const schema: Schema = JSON.parse(
  readFileSync(new URL('../vectors/controller-schema.json', import.meta.url), 'utf8'),
)
const messages = new Map(schema.messages.map(message => [message.name, message]))
const enums = new Map(schema.enums.map(type => [type.name, type.values]))
export const methods = new Map(schema.methods.map(method => [method.name, method]))

const VARINT = 0
const FIXED64 = 1
const DELIMITED = 2

function varint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return bytes
}

function tag(field: number, wire: number): number[] {
  return varint(BigInt((field << 3) | wire))
}

function mapTypes(type: string): [string, string] | undefined {
  const [, key, value] = /^map<(\w+),\s*([\w.]+)>$/.exec(type) ?? []
  return key === undefined || value === undefined ? undefined : [key, value]
}

function wireType({ type, enum: isEnum }: Pick<Field, 'type' | 'enum'>): number {
  if (type === 'double') return FIXED64
  return type === 'string' || (!isEnum && messages.has(type)) || type.startsWith('map<') ? DELIMITED : VARINT
}

function enumNumber(type: string, value: unknown): bigint {
  if (typeof value === 'number') return BigInt(value)
  const number = enums.get(type)?.[String(value)]
  if (number === undefined) throw new Error(`${value} is not in ${type}`)
  return BigInt(number)
}

function encodeValue(field: Pick<Field, 'type' | 'enum'>, value: unknown): number[] {
  if (field.enum) return varint(enumNumber(field.type, value))
  switch (field.type) {
    case 'string':
      return withLength([...Buffer.from(String(value))])
    case 'bool':
      return [value ? 1 : 0]
    case 'int32':
    case 'int64':
      return varint(BigInt(value as string))
    case 'double': {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(Number(value))
      return [...bytes]
    }
    default:
      return withLength([...encode(field.type, value as Json)])
  }
}

function withLength(bytes: number[]): number[] {
  return [...varint(BigInt(bytes.length)), ...bytes]
}

/** Scalars that have their default are left out, as proto3 does; `null` stands for an absent message. */
export function encode(type: string, json: Json): Uint8Array {
  const out: number[] = []
  const message = messages.get(type)
  if (message === undefined) throw new Error(`no message ${type}`)
  for (const name of Object.keys(json)) {
    if (!message.fields.some(field => field.name === name)) throw new Error(`${type} has no field ${name}`)
  }
  for (const field of message.fields) {
    const value = json[field.name]
    if (value === undefined || value === null) continue
    const map = mapTypes(field.type)
    if (map !== undefined) {
      for (const [key, item] of Object.entries(value)) {
        const entry = [
          ...tag(1, wireType({ type: map[0] })),
          ...encodeValue({ type: map[0] }, key),
          ...tag(2, wireType({ type: map[1] })),
          ...encodeValue({ type: map[1] }, item),
        ]
        out.push(...tag(field.number, DELIMITED), ...withLength(entry))
      }
    } else if (field.repeated) {
      const items = (value as unknown[]).map(item => encodeValue(field, item))
      if (wireType(field) === VARINT) {
        if (items.length > 0) out.push(...tag(field.number, DELIMITED), ...withLength(items.flat()))
      } else for (const item of items) out.push(...tag(field.number, wireType(field)), ...item)
    } else {
      const bytes = encodeValue(field, value)
      const isMessage = !field.enum && messages.has(field.type)
      if (isMessage || bytes.some(byte => byte !== 0)) out.push(...tag(field.number, wireType(field)), ...bytes)
    }
  }
  return Uint8Array.from(out)
}

class Reader {
  private at = 0
  private readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
  get done(): boolean {
    return this.at >= this.bytes.length
  }
  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new Error('bytes are missing')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
  varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const [byte = 0] = this.take(1)
      value |= BigInt(byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return BigInt.asUintN(64, value)
    }
  }
}

function decodeValue(field: Pick<Field, 'type' | 'enum'>, reader: Reader): unknown {
  if (field.enum) {
    const number = Number(BigInt.asIntN(32, reader.varint()))
    const values = Object.entries(enums.get(field.type) ?? {})
    return values.find(([, value]) => value === number)?.[0] ?? number
  }
  switch (field.type) {
    case 'string':
      return Buffer.from(reader.take(Number(reader.varint()))).toString()
    case 'bool':
      return reader.varint() !== 0n
    case 'int32':
      return Number(BigInt.asIntN(32, reader.varint()))
    case 'int64':
      return BigInt.asIntN(64, reader.varint()).toString()
    case 'double':
      return Buffer.from(reader.take(8)).readDoubleLE()
    default:
      return decode(field.type, reader.take(Number(reader.varint())))
  }
}

/** Refuses fields and wire types that the table does not have. Fields with their default are left out of the result. */
export function decode(type: string, bytes: Uint8Array): Json {
  const reader = new Reader(bytes)
  const out: Record<string, unknown> = {}
  while (!reader.done) {
    const key = Number(reader.varint())
    const field = messages.get(type)?.fields.find(({ number }) => number === key >> 3)
    if (field === undefined) throw new Error(`${type} has no field ${key >> 3}`)
    const map = mapTypes(field.type)
    const packed = field.repeated === true && wireType(field) === VARINT
    if ((key & 7) !== (packed ? DELIMITED : wireType(field)))
      throw new Error(`${type}.${field.name} as wire type ${key & 7}`)
    if (map !== undefined) {
      const entry = new Reader(reader.take(Number(reader.varint())))
      const pair: unknown[] = [map[0] === 'string' ? '' : '0', map[1] === 'int64' ? '0' : {}]
      while (!entry.done) {
        const part = Number(entry.varint()) >> 3
        pair[part - 1] = decodeValue({ type: map[part - 1] as string }, entry)
      }
      out[field.name] = { ...(out[field.name] as object), [String(pair[0])]: pair[1] }
    } else if (packed) {
      const items = new Reader(reader.take(Number(reader.varint())))
      while (!items.done) append(out, field.name, decodeValue(field, items))
    } else if (field.repeated) {
      append(out, field.name, decodeValue(field, reader))
    } else out[field.name] = decodeValue(field, reader)
  }
  return out
}

function append(out: Record<string, unknown>, name: string, item: unknown): void {
  out[name] = [...((out[name] as unknown[] | undefined) ?? []), item]
}
