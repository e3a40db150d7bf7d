import { countLeading } from '../../count-leading.ts'

const STRIDE_BYTES = 256 * 1024
const ENTRY_BYTES = 12
const RECENT = 4

/** A frame and where it is. */
export interface FramePlace {
  /** In the file. */
  readonly position: number
  /** Of the first byte of data, from the first one of the file on. */
  readonly offset: number
}

/** Where to begin to look for an offset in a data file: one place in about 256 KiB, and the ones that were used last. */
export class FrameIndex {
  readonly #positions: number[] = []
  readonly #offsets: number[] = []
  readonly #recent: FramePlace[] = []

  /** A frame was added at the end of the file. */
  add(position: number, offset: number): void {
    const last = this.#positions.at(-1)
    if (last !== undefined && position - last < STRIDE_BYTES) return
    this.#positions.push(position)
    this.#offsets.push(offset)
  }

  /** Where the next reader is likely to begin. */
  remember(place: FramePlace): void {
    if (this.#recent.length >= RECENT) this.#recent.shift()
    this.#recent.push(place)
  }

  /** The last known frame that begins at or below `offset`; undefined when there is none. */
  find(offset: number): FramePlace | undefined {
    const last = countLeading(this.#offsets.length, index => (this.#offsets[index] as number) <= offset) - 1
    const position = this.#positions[last]
    if (position === undefined) return undefined
    let best: FramePlace = { position, offset: this.#offsets[last] as number }
    for (const place of this.#recent) {
      if (place.offset <= offset && place.position > best.position) best = place
    }
    return best
  }

  encode(): Buffer {
    const bytes = Buffer.alloc(this.#positions.length * ENTRY_BYTES)
    for (const [index, position] of this.#positions.entries()) {
      bytes.writeUIntBE(position, index * ENTRY_BYTES, 6)
      bytes.writeUIntBE(this.#offsets[index] as number, index * ENTRY_BYTES + 6, 6)
    }
    return bytes
  }

  static decode(bytes: Buffer): FrameIndex {
    const index = new FrameIndex()
    for (let at = 0; at + ENTRY_BYTES <= bytes.byteLength; at += ENTRY_BYTES) {
      index.#positions.push(bytes.readUIntBE(at, 6))
      index.#offsets.push(bytes.readUIntBE(at + 6, 6))
    }
    return index
  }
}
