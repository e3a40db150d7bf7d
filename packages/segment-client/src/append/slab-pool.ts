/** A piece of memory that append blocks are assembled in. Several blocks may share one. */
export class Slab {
  readonly bytes: Buffer
  /** Blocks, and the assembler, that still need what is written here. */
  references = 0
  /** Whether it may be written again once nobody needs it. */
  reusable: boolean

  constructor(bytes: number, reusable: boolean) {
    this.bytes = Buffer.allocUnsafeSlow(bytes)
    this.reusable = reusable
  }
}

/** Keeps slabs for the next blocks, so that a steady flow of appends allocates no memory. */
export class SlabPool {
  readonly slabBytes: number
  readonly #maxFree: number
  readonly #free: Slab[] = []

  /**
   * @param slabBytes - Size of each slab in bytes. Default 128 KiB.
   * @param maxFreeBytes - Most that is kept while nobody uses it. Default 4 MiB.
   */
  constructor(slabBytes: number = 128 * 1024, maxFreeBytes: number = 4 * 1024 * 1024) {
    this.slabBytes = slabBytes
    this.#maxFree = Math.floor(maxFreeBytes / slabBytes)
  }

  /** A slab with at least this many bytes and one reference. */
  take(atLeast: number): Slab {
    const slab =
      atLeast > this.slabBytes ? new Slab(atLeast, false) : (this.#free.pop() ?? new Slab(this.slabBytes, true))
    slab.references = 1
    return slab
  }

  /** Gives one reference back. */
  release(slab: Slab): void {
    slab.references -= 1
    if (slab.references === 0 && slab.reusable && this.#free.length < this.#maxFree) this.#free.push(slab)
  }
}
