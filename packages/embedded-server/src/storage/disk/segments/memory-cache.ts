export const SMALLEST_CHUNK = 4096
const LARGEST_CHUNK = 1024 * 1024
/** Memory that nobody has looked at is used again; so much of it is kept for that. */
const SPARE_CHUNKS = 16
/** Memory from so many bytes on is worth giving back at once. */
const WORTH_FREEING = 64 * 1024

/** Memory that is a part of a tail. */
export interface Chunk {
  readonly owner: ChunkOwner
  /** Has no bytes while they are lent. */
  bytes: Buffer
  readonly size: number
  /** Received bytes that were left where they are: the memory holds one part and nothing else. */
  readonly taken: boolean
  start: number
  used: number
  /** Somebody has views on it, which have to stay as they are. */
  viewed: boolean
}

/** Whose chunk it is. */
export interface ChunkOwner {
  /** Lets go of the chunk, if that can be. */
  drop(chunk: Chunk): boolean
}

/** The budget that the tails of all segments of a directory share. What was added first goes first. */
export class MemoryCache {
  readonly #budgetBytes: number
  /** Oldest first. */
  readonly #chunks = new Set<Chunk>()
  readonly #spare: Buffer[] = []
  #allocatedBytes = 0

  /** @param budgetBytes exceeded only by what is not written yet */
  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes
  }

  /** Bytes of memory held, used or not. */
  get allocatedBytes(): number {
    return this.#allocatedBytes
  }

  get largestChunk(): number {
    return Math.max(SMALLEST_CHUNK, Math.min(LARGEST_CHUNK, Math.floor(this.#budgetBytes / 8)))
  }

  allocate(owner: ChunkOwner, start: number, bytes: number): Chunk {
    this.#shrinkTo(this.#budgetBytes - bytes)
    const spare = bytes === LARGEST_CHUNK ? this.#spare.pop() : undefined
    // Not from the shared pool: a chunk must not keep the memory of its neighbours alive.
    const memory = spare ?? Buffer.allocUnsafeSlow(bytes)
    return this.#hold({ owner, bytes: memory, size: bytes, taken: false, start, used: 0, viewed: false })
  }

  /** Takes over memory that is full already. */
  add(owner: ChunkOwner, start: number, bytes: Buffer): Chunk {
    const size = bytes.byteLength
    this.#shrinkTo(this.#budgetBytes - size)
    return this.#hold({ owner, bytes, size, taken: true, start, used: size, viewed: false })
  }

  /** Something was written that could not be dropped before. */
  shrink(): void {
    this.#shrinkTo(this.#budgetBytes)
  }

  /** The chunk is not in any tail any more. */
  forget(chunk: Chunk): void {
    if (this.#chunks.delete(chunk)) this.#allocatedBytes -= chunk.size
  }

  #hold(chunk: Chunk): Chunk {
    this.#allocatedBytes += chunk.size
    this.#chunks.add(chunk)
    return chunk
  }

  #shrinkTo(bytes: number): void {
    for (const chunk of this.#chunks) {
      if (this.#allocatedBytes <= bytes) return
      if (!chunk.owner.drop(chunk)) continue
      this.forget(chunk)
      if (!chunk.viewed) this.#reuse(chunk.bytes)
    }
  }

  /** Nobody looks at the memory any more: it is used again, or goes back to the system without waiting for the garbage collector. */
  #reuse({ buffer, byteLength }: Buffer): void {
    if (byteLength !== buffer.byteLength || byteLength !== LARGEST_CHUNK) {
      if (byteLength >= WORTH_FREEING && buffer instanceof ArrayBuffer) buffer.transfer(0)
    } else if (this.#spare.length < SPARE_CHUNKS) {
      this.#spare.push(Buffer.from(buffer))
    }
  }
}
