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
  readonly #mostIdle: number
  readonly #mostBusy: number
  readonly #free: Slab[] = []
  #used = 0

  /**
   * @param slabBytes - Size of each slab in bytes. Default 128 KiB.
   * @param idleBytes - Most that is kept while no slab is used. Default 4 MiB.
   * @param busyBytes - Most that is kept beside slabs that are used: acknowledgements come for many blocks at once, and then as many are
   * made anew. Default 32 MiB.
   */
  constructor(
    slabBytes: number = 128 * 1024,
    idleBytes: number = 4 * 1024 * 1024,
    busyBytes: number = 32 * 1024 * 1024,
  ) {
    this.slabBytes = slabBytes
    this.#mostIdle = Math.floor(idleBytes / slabBytes)
    this.#mostBusy = Math.floor(busyBytes / slabBytes)
  }

  /** A slab with at least this many bytes and one reference. */
  take(atLeast: number): Slab {
    const slab =
      atLeast > this.slabBytes ? new Slab(atLeast, false) : (this.#free.pop() ?? new Slab(this.slabBytes, true))
    slab.references = 1
    this.#used += 1
    return slab
  }

  /** Gives one reference back. */
  release(slab: Slab): void {
    slab.references -= 1
    if (slab.references > 0) return
    this.#used -= 1
    if (slab.reusable && this.#free.length < this.#mostBusy) this.#free.push(slab)
    if (this.#used === 0 && this.#free.length > this.#mostIdle) this.#free.length = this.#mostIdle
  }
}
