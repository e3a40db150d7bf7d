import { putSum, sumOf, sumOn } from './frame-codec.ts'
import type { FrameSums, SummedPart } from './frame-sums.ts'

interface LateFrame {
  readonly slab: Buffer
  readonly at: number
  /** Data behind the part that is summed up elsewhere. */
  readonly behind: readonly Uint8Array[]
}

/** A part of memory that is away until it has been summed up. */
export class LentBytes {
  readonly byteLength: number
  readonly #seals: LateSeals
  readonly #from: number

  constructor(seals: LateSeals, from: number, byteLength: number) {
    this.#seals = seals
    this.#from = from
    this.byteLength = byteLength
  }

  /** Only when the seals are made. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#seals.memory, this.#from, this.byteLength)
  }
}

/** Frames that get their checksums when those of some memory, in which most of their data lie, have been made elsewhere. */
export class LateSeals {
  readonly #frames: LateFrame[] = []
  readonly #parts: SummedPart[] = []
  #memory: ArrayBuffer

  constructor(memory: ArrayBuffer) {
    this.#memory = memory
  }

  get memory(): ArrayBuffer {
    return this.#memory
  }

  /** Takes a frame, unless nothing of it lies in the memory. See `sealFrame` for the arguments. */
  add(slab: Buffer, at: number, end: number, data: readonly Uint8Array[]): boolean {
    const index = data.findIndex(({ buffer }) => buffer === this.#memory)
    const part = data[index]
    if (part === undefined) return false
    const sum = sumOf(slab, at, end, data.slice(0, index))
    this.#parts.push({ from: part.byteOffset, to: part.byteOffset + part.byteLength, sum })
    this.#frames.push({ slab, at, behind: data.slice(index + 1) })
    return true
  }

  /** Stands for a part of the data until the memory is back. */
  placeOf(part: Uint8Array): Uint8Array | LentBytes {
    return part.buffer === this.#memory ? new LentBytes(this, part.byteOffset, part.byteLength) : part
  }

  /** Gives the memory away; resolves when it is back and all frames are sealed. */
  async make(sums: FrameSums): Promise<void> {
    const made = await sums.sum(this.#memory, this.#parts)
    this.#memory = made.memory
    for (const [index, { slab, at, behind }] of this.#frames.entries()) {
      putSum(slab, at, sumOn(made.sums[index] as number, behind))
    }
  }
}
