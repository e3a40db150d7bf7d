import { takeFrameMemory } from '@pravega-ts/wire-protocol'
import { countLeading } from '../../count-leading.ts'

const SMALLEST_CHUNK = 4096
const LARGEST_CHUNK = 1024 * 1024
/** Memory that nobody has looked at is used again; so much of it is kept for that. */
const SPARE_CHUNKS = 16
/** From so many bytes on, what was received stays where it is, if nothing else lies there. */
const TAKEN_BYTES = 64 * 1024

interface Chunk {
  readonly owner: CachedTail
  readonly bytes: Buffer
  start: number
  used: number
  /** Somebody has views on it, which have to stay as they are. */
  viewed: boolean
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

  allocate(owner: CachedTail, start: number, bytes: number): Chunk {
    this.#shrinkTo(this.#budgetBytes - bytes)
    const spare = bytes === LARGEST_CHUNK ? this.#spare.pop() : undefined
    // Not from the shared pool: a chunk must not keep the memory of its neighbours alive.
    const chunk = { owner, bytes: spare ?? Buffer.allocUnsafeSlow(bytes), start, used: 0, viewed: false }
    this.#allocatedBytes += bytes
    this.#chunks.add(chunk)
    return chunk
  }

  /** Takes over memory that is full already. */
  add(owner: CachedTail, start: number, bytes: Buffer): Chunk {
    const chunk = { owner, bytes, start, used: bytes.byteLength, viewed: false }
    this.#shrinkTo(this.#budgetBytes - bytes.byteLength)
    this.#allocatedBytes += bytes.byteLength
    this.#chunks.add(chunk)
    return chunk
  }

  /** Something was written that could not be dropped before. */
  shrink(): void {
    this.#shrinkTo(this.#budgetBytes)
  }

  /** The chunk is not in any tail any more. */
  forget(chunk: Chunk): void {
    if (this.#chunks.delete(chunk)) this.#allocatedBytes -= chunk.bytes.byteLength
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
      if (byteLength >= TAKEN_BYTES && buffer instanceof ArrayBuffer) buffer.transfer(0)
    } else if (this.#spare.length < SPARE_CHUNKS) {
      this.#spare.push(Buffer.from(buffer))
    }
  }
}

/** The newest bytes of one segment, in memory. They are dropped from the front when they are in the file and the budget is used up. */
export class CachedTail {
  readonly #cache: MemoryCache
  #chunks: Chunk[] = []
  #length: number
  #written: number
  #lastSize = 0

  /** @param length of the segment: nothing is in memory of what is there already */
  constructor(cache: MemoryCache, length: number) {
    this.#cache = cache
    this.#length = length
    this.#written = length
  }

  /** Offset of the first byte in memory; that of the next one if there is none. */
  get start(): number {
    return this.#chunks[0]?.start ?? this.#length
  }

  /**
   * Puts the parts behind the last byte: copies them, or takes over the memory of large ones. The views on what was put there stay as they
   * are until {@link CachedTail.written}.
   */
  append(parts: readonly Uint8Array[]): Uint8Array[] {
    const views: Uint8Array[] = []
    let left = 0
    for (const part of parts) left += part.byteLength
    for (const part of parts) {
      let rest = part
      if (part.byteLength >= TAKEN_BYTES && part.byteLength <= this.#cache.largestChunk && takeFrameMemory(part)) {
        views.push(this.#add(part))
        left -= part.byteLength
        continue
      }
      while (rest.byteLength > 0) {
        const chunk = this.#writable(left)
        const taken = Math.min(rest.byteLength, chunk.bytes.byteLength - chunk.used)
        const from = chunk.used
        chunk.bytes.set(taken === rest.byteLength ? rest : rest.subarray(0, taken), from)
        chunk.used += taken
        this.#length += taken
        left -= taken
        views.push(chunk.bytes.subarray(from, chunk.used))
        rest = rest.subarray(taken)
      }
    }
    return views
  }

  /** Views on bytes in memory, which stay as they are. */
  read(offset: number, maxBytes: number): Uint8Array[] {
    const views: Uint8Array[] = []
    let index = this.#indexOf(offset)
    let left = maxBytes
    for (let from = offset; left > 0 && index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index] as Chunk
      const begin = from - chunk.start
      const view = chunk.bytes.subarray(begin, Math.min(chunk.used, begin + left))
      if (view.byteLength === 0) continue
      chunk.viewed = true
      views.push(view)
      left -= view.byteLength
      from += view.byteLength
    }
    return views
  }

  /** What is below `offset` is in the file: it may be dropped from memory. */
  written(offset: number): void {
    if (offset > this.#written) this.#written = offset
  }

  /** Drops what is below `offset`, written or not. */
  truncate(offset: number): void {
    let kept = 0
    for (; kept < this.#chunks.length; kept++) {
      const chunk = this.#chunks[kept] as Chunk
      if (chunk.start + chunk.used > offset) break
      this.#cache.forget(chunk)
    }
    if (kept > 0) this.#chunks.splice(0, kept)
  }

  /** Forgets all bytes: the segment goes on at `length`, and what is below it is in files, or will be. */
  reset(length: number): void {
    this.truncate(Number.POSITIVE_INFINITY)
    this.#length = length
    this.#written = length
  }

  /** Drops the chunk from memory if it is the first one and all of it is written. */
  drop(chunk: Chunk): boolean {
    if (this.#chunks[0] !== chunk || chunk.start + chunk.used > this.#written) return false
    this.#chunks.shift()
    return true
  }

  #add({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
    const bytes = Buffer.from(buffer, byteOffset, byteLength)
    this.#chunks.push(this.#cache.add(this, this.#length, bytes))
    this.#length += byteLength
    // What comes between large parts is small.
    this.#lastSize = 0
    return bytes
  }

  #writable(wanted: number): Chunk {
    const last = this.#chunks.at(-1)
    if (last !== undefined && last.used < last.bytes.byteLength) return last
    const size = Math.min(this.#cache.largestChunk, Math.max(SMALLEST_CHUNK, this.#lastSize * 2, wanted))
    const chunk = this.#cache.allocate(this, this.#length, size)
    this.#lastSize = size
    this.#chunks.push(chunk)
    return chunk
  }

  #indexOf(offset: number): number {
    return Math.max(0, countLeading(this.#chunks.length, index => (this.#chunks[index] as Chunk).start <= offset) - 1)
  }
}
