import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/**
 * How one kind of field looks on the wire. All integers are big-endian and signed.
 * A decoder uses `fallback` when the payload ends in front of the field: peers older than wire version `since` leave
 * it out.
 */
export interface Field<T> {
  readonly kind: string
  readonly since?: number
  readonly fallback?: T
  /** The parts of a list's items or of a record. */
  readonly parts?: Readonly<Record<string, Field<unknown>>>
  read(reader: Reader): T
  write(writer: Writer, value: T): void
}

export type FieldList<T> = { readonly [K in keyof T]-?: Field<T[K]> }

export const EMPTY_BYTES: Uint8Array = new Uint8Array(0)

/** 1 byte. */
export const i8: Field<number> = { kind: 'i8', read: r => r.i8(), write: (w, value) => w.i8(value) }

/** 4 bytes. */
export const i32: Field<number> = { kind: 'i32', read: r => r.i32(), write: (w, value) => w.i32(value) }

/** 8 bytes. */
export const i64: Field<bigint> = { kind: 'i64', read: r => r.i64(), write: (w, value) => w.i64(value) }

/** 1 byte, written as 0 or 1; every other value reads as true. */
export const bool: Field<boolean> = { kind: 'bool', read: r => r.i8() !== 0, write: (w, value) => w.bool(value) }

/** 16 bytes, the same as the hex digits of the canonical text. */
export const uuid: Field<string> = { kind: 'uuid', read: r => r.uuid(), write: (w, value) => w.uuid(value) }

/** Unsigned 16-bit length in bytes, then modified UTF-8. */
export const utf: Field<string> = { kind: 'utf', read: r => r.utf(), write: (w, value) => w.utf(value) }

/** i32 length, then the bytes. */
export const bytes: Field<Uint8Array> = {
  kind: 'bytes',
  read: r => r.view(r.count()),
  write(w, value) {
    w.assertBytes(value)
    w.i32(value.length)
    w.raw(value)
  },
}

/** All bytes up to the end of the frame. */
export const rest: Field<Uint8Array> = { kind: 'rest', read: r => r.rest(), write: (w, value) => w.raw(value) }

/** As many zero bytes as the value says, up to the end of the frame; what they really are is ignored. */
export const zeros: Field<number> = {
  kind: 'zeros',
  read: r => r.rest().length,
  write: (w, value) => w.zeros(value),
}

/** An event with the header it is stored with: i32 0, i32 length, then the bytes. */
export const event: Field<Uint8Array> = {
  kind: 'event',
  read(r) {
    const type = r.i32()
    if (type !== 0) throw r.violation(`has the type ${type} where an event has 0`)
    return r.view(r.count())
  },
  write(w, value) {
    w.assertBytes(value)
    w.i32(0)
    w.i32(value.length)
    w.raw(value)
  },
}

/** i32 count, then the items. */
export function list<T>(item: Field<T>): Field<readonly T[]> {
  return {
    kind: 'list',
    parts: { item },
    read(r) {
      // Not sized by the count: it is the peer's claim, and items that are not there end the loop.
      const items: T[] = []
      for (let count = r.count(); count > 0; count--) items.push(item.read(r))
      return items
    },
    write(w, items) {
      w.assertList(items)
      w.i32(items.length)
      for (const value of items) item.write(w, value)
    },
  }
}

/** Fields one after the other, without anything around them. */
export function record<T extends object>(fields: FieldList<T>): Field<T> {
  const entries = Object.entries(fields) as [keyof T & string, Field<unknown>][]
  return {
    kind: 'record',
    parts: fields,
    read(r) {
      const value: Record<string, unknown> = {}
      for (const [name, field] of entries) value[name] = field.read(r)
      return value as T
    },
    write(w, value) {
      w.assertRecord(value)
      for (const [name, field] of entries) field.write(w, value[name])
    },
  }
}

/** A field that peers older than wire version `version` leave out at the end; it then reads as `fallback`. */
export function since<T>(version: number, field: Field<T>, fallback: NoInfer<T>): Field<T> {
  return { ...field, since: version, fallback }
}
