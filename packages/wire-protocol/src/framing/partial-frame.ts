import { freeFrameMemory, markExclusive } from './frame-memory.ts'

/** Memory of a frame from its first piece on, in bytes: small frames are not moved when the next piece comes. */
const SMALL_FRAME = 8192
/** Room that a reader gets at least, in bytes, unless the frame needs less. */
const FIRST_ROOM = 65_536
/** The memory grows to this many times of what has arrived: a peer has to send before it makes us reserve. */
const GROWTH = 32

const NOTHING = Buffer.alloc(0)

/** A frame whose payload arrives in pieces. */
export class PartialFrame {
  readonly type: number
  readonly #length: number
  #bytes: Buffer
  /** Payload bytes that have arrived. */
  filled = 0

  constructor(type: number, length: number) {
    this.type = type
    this.#length = length
    this.#bytes = NOTHING
  }

  get complete(): boolean {
    return this.filled === this.#length
  }

  get payload(): Uint8Array {
    return this.#bytes
  }

  /** Where to put the next bytes of the payload; not empty unless complete. */
  room(): Uint8Array {
    this.#grow(Math.max(this.filled + 1, Math.min(this.#length, FIRST_ROOM)))
    return this.#bytes.subarray(this.filled)
  }

  /** Copies what is missing from `source` and returns how much that was. */
  take(source: Uint8Array): number {
    const count = Math.min(source.length, this.#length - this.filled)
    this.#grow(Math.max(this.filled + count, Math.min(this.#length, SMALL_FRAME)))
    this.#bytes.set(source.length === count ? source : source.subarray(0, count), this.filled)
    this.filled += count
    return count
  }

  #grow(needed: number): void {
    if (needed <= this.#bytes.length) return
    const capacity = Math.min(this.#length, Math.max(needed, GROWTH * this.filled))
    const grown = exclusiveMemory(capacity)
    this.#bytes.copy(grown, 0, 0, this.filled)
    freeFrameMemory(this.#bytes)
    this.#bytes = grown
  }
}

function exclusiveMemory(bytes: number): Buffer {
  const memory = Buffer.allocUnsafeSlow(bytes)
  markExclusive(memory)
  return memory
}
