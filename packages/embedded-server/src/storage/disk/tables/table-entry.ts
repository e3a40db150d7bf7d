import type { StoredEntry } from '../../segment-storage.ts'
import { positionIn } from './table-keys.ts'

const VERSION_BYTES = 8
const KEY_LENGTH_BYTES = 2

/**
 * The value under an entry's key: `version: u64 | value` where the position is the key, else
 * `version: u64 | length of the key: u16 | key | value`. Big-endian.
 */
export function encodeEntry(keyLength: number, { key, value, version }: StoredEntry): Uint8Array {
  const named = keyLength > 0 ? 0 : KEY_LENGTH_BYTES + key.byteLength
  const bytes = Buffer.allocUnsafeSlow(VERSION_BYTES + named + value.byteLength)
  bytes.writeBigUInt64BE(version)
  if (named > 0) {
    bytes.writeUInt16BE(key.byteLength, VERSION_BYTES)
    bytes.set(key, VERSION_BYTES + KEY_LENGTH_BYTES)
  }
  bytes.set(value, VERSION_BYTES + named)
  return bytes
}

/** The entry, as views of what is given. */
export function decodeEntry(keyLength: number, entryKey: Uint8Array, bytes: Uint8Array): StoredEntry {
  const version = versionOf(bytes)
  if (keyLength > 0) return { key: positionIn(entryKey), value: bytes.subarray(VERSION_BYTES), version }
  const start = VERSION_BYTES + KEY_LENGTH_BYTES
  const end = start + buffer(bytes).readUInt16BE(VERSION_BYTES)
  return { key: bytes.subarray(start, end), value: bytes.subarray(end), version }
}

/** The version at the front of an encoded entry. */
export function versionOf(bytes: Uint8Array): bigint {
  return buffer(bytes).readBigUInt64BE(0)
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
