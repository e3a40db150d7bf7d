import { PravegaError } from '@pravega-ts/model'
import { takeFrameMemory } from '@pravega-ts/wire-protocol'
import { countLeading } from '../../count-leading.ts'
import { type Chunk, type ChunkOwner, type MemoryCache, SMALLEST_CHUNK } from './memory-cache.ts'

/** From so many bytes on, what was received stays where it is, if nothing else lies there. */
const TAKEN_BYTES = 64 * 1024

/** The newest bytes of one segment, in memory. They are dropped from the front when they are in the file and the budget is used up. */
export class CachedTail implements ChunkOwner {
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
    for (const part of parts) {
      if (part.byteLength >= TAKEN_BYTES && part.byteLength <= this.#cache.largestChunk && takeFrameMemory(part)) {
        views.push(this.#take(part))
      } else {
        this.#copy(part, views)
      }
    }
    return views
  }

  /** Whether bytes of it are lent, so that not all can be read. */
  get hasLent(): boolean {
    return this.#chunks.some(isLent)
  }

  /** What can be lent of the bytes that were put last: memory in which nothing else lies, and what to call with it when it is back. */
  lendable(
    part: Uint8Array,
  ): { readonly memory: ArrayBuffer; readonly giveBack: (memory: ArrayBuffer) => void } | undefined {
    const { buffer } = part
    const chunk = this.#chunks.findLast(({ bytes }) => bytes.buffer === buffer)
    if (chunk?.taken !== true || !(buffer instanceof ArrayBuffer)) return undefined
    const { byteOffset } = chunk.bytes
    return {
      memory: buffer,
      giveBack: memory => {
        chunk.bytes = Buffer.from(memory, byteOffset, chunk.size)
      },
    }
  }

  /**
   * Views on bytes in memory, which stay as they are.
   * @throws PravegaError `INTERNAL` when they are lent: nobody sees them before they are durable
   */
  read(offset: number, maxBytes: number): Uint8Array[] {
    const views: Uint8Array[] = []
    let index = this.#indexOf(offset)
    let left = maxBytes
    for (let from = offset; left > 0 && index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index] as Chunk
      if (isLent(chunk)) throw new PravegaError('INTERNAL', `the bytes at ${from} are read before they are durable`)
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

  #take({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
    const bytes = Buffer.from(buffer, byteOffset, byteLength)
    this.#chunks.push(this.#cache.add(this, this.#length, bytes))
    this.#length += byteLength
    // What comes between large parts is small.
    this.#lastSize = 0
    return bytes
  }

  #copy(part: Uint8Array, views: Uint8Array[]): void {
    for (let rest = part; rest.byteLength > 0; ) {
      const chunk = this.#writable(rest.byteLength)
      const taken = Math.min(rest.byteLength, chunk.size - chunk.used)
      const from = chunk.used
      chunk.bytes.set(taken === rest.byteLength ? rest : rest.subarray(0, taken), from)
      chunk.used += taken
      this.#length += taken
      views.push(chunk.bytes.subarray(from, chunk.used))
      rest = rest.subarray(taken)
    }
  }

  #writable(wanted: number): Chunk {
    const last = this.#chunks.at(-1)
    if (last !== undefined && last.used < last.size) return last
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

function isLent({ bytes, size }: Chunk): boolean {
  return bytes.byteLength < size
}
