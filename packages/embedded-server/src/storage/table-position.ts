import { hash } from 'node:crypto'

/** Bytes of a position in a table with keys of any length. */
export const HASHED_POSITION_BYTES = 16

/**
 * Where a key stands in the iteration of a table: positions sort by their bytes the way Pravega sorts keys. That is by the key where
 * all have one length, else by the first 16 bytes of its SHA-256 as two signed longs.
 * @param keyLength - that of all keys; 0: they have any length
 */
export function tablePosition(keyLength: number, key: Uint8Array): Uint8Array {
  if (keyLength > 0) return key
  const digest = hash('sha256', key, 'buffer')
  digest[0] = (digest[0] as number) ^ 0x80
  digest[8] = (digest[8] as number) ^ 0x80
  return digest.subarray(0, HASHED_POSITION_BYTES)
}
