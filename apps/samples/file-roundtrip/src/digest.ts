import { createHash } from 'node:crypto'

/** How many bytes went by, and what they were. */
export interface Digest {
  readonly bytes: number
  readonly sha256: string
}

/** Reads a source to its end. `onProgress` is told the count so far. */
export async function digestOf(
  source: AsyncIterable<Uint8Array>,
  onProgress?: (bytes: number) => void,
): Promise<Digest> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of source) {
    hash.update(chunk)
    bytes += chunk.length
    onProgress?.(bytes)
  }
  return { bytes, sha256: hash.digest('hex') }
}
