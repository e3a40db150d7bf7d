import { EVENT_HEADER_LENGTH, payloadLength } from '../event-header.ts'

/** Memory grows by no less than this, in bytes. */
const SMALLEST_GROWTH = 64 * 1024

/** An event of which only a first part was received. Its memory grows with the bytes that come, whatever the header claims. */
export class CarriedEvent {
  #memory: Buffer = Buffer.allocUnsafe(EVENT_HEADER_LENGTH)
  #length = 0
  #whole: number | undefined

  /** What is here of it. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length)
  }

  /** How many bytes are here of it. */
  get length(): number {
    return this.#length
  }

  /** Length of the whole event, as its header says, once that is here. */
  get wholeLength(): number | undefined {
    return this.#whole
  }

  get isComplete(): boolean {
    return this.#length === this.#whole
  }

  /** Whether it does not begin as an event does. */
  get isCorrupt(): boolean {
    return this.#whole !== undefined && this.#whole < EVENT_HEADER_LENGTH
  }

  /** Takes what belongs to it from `chunk`, from `at` on. Returns where that ends. */
  take(chunk: Buffer, at: number): number {
    if (this.#whole === undefined) {
      at = this.#copy(chunk, at, EVENT_HEADER_LENGTH)
      if (this.#length < EVENT_HEADER_LENGTH) return at
      this.#whole = EVENT_HEADER_LENGTH + payloadLength(this.#memory, 0)
    }
    return this.#copy(chunk, at, this.#whole)
  }

  #copy(chunk: Buffer, at: number, upTo: number): number {
    const count = Math.min(chunk.length - at, upTo - this.#length)
    if (count <= 0) return at
    this.#reserve(this.#length + count, upTo)
    chunk.copy(this.#memory, this.#length, at, at + count)
    this.#length += count
    return at + count
  }

  #reserve(needed: number, atMost: number): void {
    if (needed <= this.#memory.length) return
    const larger = Buffer.allocUnsafe(Math.min(atMost, Math.max(needed, this.#memory.length * 2, SMALLEST_GROWTH)))
    this.#memory.copy(larger, 0, 0, this.#length)
    this.#memory = larger
  }
}
