import { countLeading } from './count-leading.ts'

const SMALLEST_CHUNK = 4096
const LARGEST_CHUNK = 1024 * 1024
/** From here on taking over a chunk is cheaper than copying its bytes behind the last ones. */
const ABSORBED_WHOLE = 64 * 1024

interface Chunk {
  readonly start: bigint
  readonly bytes: Uint8Array
  used: number
}

/**
 * Bytes at 64-bit offsets that grow at the end and are dropped at the front. They lie in chunks that are never moved:
 * growing copies nothing but what is added, truncation gives whole chunks back, reading gives views.
 */
export class ChunkList {
  #chunks: Chunk[] = []
  #start: bigint
  #length: bigint

  /** @param startOffset where the first byte will be; for instance the length of a log that continues. */
  constructor(startOffset = 0n) {
    this.#start = startOffset
    this.#length = startOffset
  }

  /** Offset of the first byte kept. */
  get startOffset(): bigint {
    return this.#start
  }

  /** Offset behind the last byte. */
  get length(): bigint {
    return this.#length
  }

  /** Bytes of memory held, used or not. */
  get allocatedBytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.bytes.byteLength, 0)
  }

  append(part: Uint8Array): void {
    let rest = part
    while (rest.byteLength > 0) {
      const chunk = this.#writable(rest.byteLength)
      const taken = Math.min(rest.byteLength, chunk.bytes.byteLength - chunk.used)
      chunk.bytes.set(taken === rest.byteLength ? rest : rest.subarray(0, taken), chunk.used)
      chunk.used += taken
      this.#length += BigInt(taken)
      rest = rest.subarray(taken)
    }
  }

  read(offset: bigint, maxBytes: number): readonly Uint8Array[] {
    const views: Uint8Array[] = []
    if (offset < this.#start || offset >= this.#length) return views
    let index = this.#indexOf(offset)
    let from = Number(offset - (this.#chunks[index] as Chunk).start)
    for (let left = maxBytes; left > 0 && index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index] as Chunk
      const view = chunk.bytes.subarray(from, Math.min(chunk.used, from + left))
      if (view.byteLength > 0) views.push(view)
      left -= view.byteLength
      from = 0
    }
    return views
  }

  truncate(offset: bigint): void {
    this.#start = offset
    const kept = offset >= this.#length ? this.#chunks.length : this.#indexOf(offset)
    if (kept > 0) this.#chunks.splice(0, kept)
  }

  /** Takes over the bytes of another list, which is not to be used any more. Large chunks are not copied. */
  absorb(other: ChunkList): void {
    let drop = Number(other.#chunks[0] === undefined ? 0n : other.#start - other.#chunks[0].start)
    for (const chunk of other.#chunks) {
      const bytes = chunk.bytes.subarray(drop, chunk.used)
      drop = 0
      if (bytes.byteLength < ABSORBED_WHOLE) {
        this.append(bytes)
      } else {
        this.#chunks.push({ start: this.#length, bytes, used: bytes.byteLength })
        this.#length += BigInt(bytes.byteLength)
      }
    }
  }

  #writable(wanted: number): Chunk {
    const last = this.#chunks.at(-1)
    if (last !== undefined && last.used < last.bytes.byteLength) return last
    const size = Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, (last?.bytes.byteLength ?? 0) * 2, wanted))
    // Not from the shared pool: a chunk must not keep the memory of its neighbours alive.
    const chunk: Chunk = { start: this.#length, bytes: Buffer.allocUnsafeSlow(size), used: 0 }
    this.#chunks.push(chunk)
    return chunk
  }

  #indexOf(offset: bigint): number {
    return Math.max(0, countLeading(this.#chunks.length, index => (this.#chunks[index] as Chunk).start <= offset) - 1)
  }
}
