import { randomBytes } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { storageFailed } from '../storage/disk/storage-failed.ts'
import { FEWEST_KEY_BYTES } from './check-token-options.ts'

const FILE = 'token.key'
const KEY_BYTES = 64
const OWNER_ONLY = 0o600

/**
 * The key with which a server on a directory signs tokens: made once, so that clients go on with theirs when the server is started again.
 * @throws PravegaError STORAGE_FAILED
 */
export async function keptTokenKey(directory: string): Promise<Uint8Array> {
  const path = join(directory, FILE)
  try {
    const kept = await readFile(path).catch(unlessMissing)
    if (kept.byteLength >= FEWEST_KEY_BYTES) return kept
    const key = randomBytes(KEY_BYTES)
    const file = await open(`${path}.new`, 'w', OWNER_ONLY)
    try {
      await file.writeFile(key)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.new`, path)
    return key
  } catch (cause) {
    throw storageFailed(`the key for tokens cannot be kept in ${path}`, cause)
  }
}

function unlessMissing(error: NodeJS.ErrnoException): Uint8Array {
  if (error.code === 'ENOENT') return new Uint8Array(0)
  throw error
}
