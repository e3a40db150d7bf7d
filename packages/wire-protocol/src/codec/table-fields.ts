import { EMPTY_BYTES, type Field, record } from './fields.ts'

/** Key of a table segment, with its version or a condition on it. */
export interface TableKey {
  readonly data: Uint8Array
  /** In a request: -2^63 no condition, -1 must not exist, else must be exactly this version. In a reply: -1 = missing. */
  readonly keyVersion: bigint
}

/** Value in a table segment. */
export interface TableValue {
  readonly data: Uint8Array
}

/** Key and value. */
export interface TableEntry {
  readonly key: TableKey
  readonly value: TableValue
}

const NO_CONDITION = -(2n ** 63n)

/**
 * i32 total (4 + data length + 8), i32 data length, data, i64 version. If data is empty the version is not written,
 * although total still counts it; so the data length decides, and total is not looked at.
 */
export const tableKey: Field<TableKey> = {
  kind: 'tableKey',
  read(r) {
    r.i32()
    const size = r.count()
    return size === 0 ? { data: EMPTY_BYTES, keyVersion: NO_CONDITION } : { data: r.view(size), keyVersion: r.i64() }
  },
  write(w, key) {
    w.assertRecord(key)
    const { data, keyVersion } = key
    w.assertBytes(data)
    w.i32(4 + data.length + 8)
    w.i32(data.length)
    if (data.length === 0) return
    w.raw(data)
    w.i64(keyVersion)
  },
}

/** i32 total (4 + data length), i32 data length, data. */
const tableValue: Field<TableValue> = {
  kind: 'tableValue',
  read(r) {
    r.i32()
    return { data: r.view(r.count()) }
  },
  write(w, value) {
    w.assertRecord(value)
    const { data } = value
    w.assertBytes(data)
    w.i32(4 + data.length)
    w.i32(data.length)
    w.raw(data)
  },
}

/** tableKey, then tableValue. */
export const tableEntry: Field<TableEntry> = record({ key: tableKey, value: tableValue })
