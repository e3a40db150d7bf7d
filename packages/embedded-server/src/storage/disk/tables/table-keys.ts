import type { KeyRange } from '../key-values.ts'

/** First bytes of the keys that belong to tables. */
const PREFIX = { entry: 0x10, version: 0x11, record: 0x12, removal: 0x13, growth: 0x14 }
const NUMBER_BYTES = 8
const HEADER_BYTES = 1 + NUMBER_BYTES
const VERSION_BYTES = 8

/** Key of an entry: `10 | number of the table | position`. In the order of iteration. */
export function entryKey(table: number, position: Uint8Array): Uint8Array {
  const key = header(PREFIX.entry, table, position.byteLength)
  key.set(position, HEADER_BYTES)
  return key
}

/** The position that an entry's key ends with. */
export function positionIn(entryKey: Uint8Array): Uint8Array {
  return entryKey.subarray(HEADER_BYTES)
}

/** Key of the version of a live entry: `11 | number of the table | version`. In the order of change. */
export function versionKey(table: number, version: bigint): Uint8Array {
  const key = header(PREFIX.version, table, VERSION_BYTES)
  key.writeBigUInt64BE(version, HEADER_BYTES)
  return key
}

/** The version that such a key ends with. */
export function versionIn(versionKey: Uint8Array): bigint {
  return buffer(versionKey).readBigUInt64BE(HEADER_BYTES)
}

/** Key of the record of a table: `12 | number`. */
export function recordKey(table: number): Uint8Array {
  return header(PREFIX.record, table, 0)
}

/** Key of what changes with every change of a table's entries: `14 | number`. */
export function growthKey(table: number): Uint8Array {
  return header(PREFIX.growth, table, 0)
}

/** Key that says that what a deleted table had is still to be removed: `13 | number`. */
export function removalKey(table: number): Uint8Array {
  return header(PREFIX.removal, table, 0)
}

/** The number of the table that a key belongs to. */
export function tableNumberIn(key: Uint8Array): number {
  return Number(buffer(key).readBigUInt64BE(1))
}

export const ALL_RECORDS: KeyRange = { from: Uint8Array.of(PREFIX.record), to: Uint8Array.of(PREFIX.record + 1) }
export const ALL_GROWTHS: KeyRange = { from: Uint8Array.of(PREFIX.growth), to: Uint8Array.of(PREFIX.growth + 1) }
export const ALL_REMOVALS: KeyRange = { from: Uint8Array.of(PREFIX.removal), to: Uint8Array.of(PREFIX.removal + 1) }

/** The keys of all entries of a table. */
export function allEntries(table: number): KeyRange {
  return { from: header(PREFIX.entry, table, 0), to: header(PREFIX.entry, table + 1, 0) }
}

/** The keys of all versions of a table. */
export function allVersions(table: number): KeyRange {
  return { from: header(PREFIX.version, table, 0), to: header(PREFIX.version, table + 1, 0) }
}

/** The first possible key behind one. */
export function keyBehind(key: Uint8Array): Uint8Array {
  const behind = new Uint8Array(key.byteLength + 1)
  behind.set(key)
  return behind
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function header(prefix: number, table: number, rest: number): Buffer {
  const key = Buffer.alloc(HEADER_BYTES + rest)
  key[0] = prefix
  key.writeBigUInt64BE(BigInt(table), 1)
  return key
}
