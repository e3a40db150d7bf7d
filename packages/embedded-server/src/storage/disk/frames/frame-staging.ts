const SLAB_BYTES = 256 * 1024
const SPARE_SLABS = 16

/** Memory in which frames are put together until they are written; used again for the next ones then. */
export class FrameStaging {
  readonly #spare: Buffer[] = []
  #full: Buffer[] = []
  #slab: Buffer | undefined
  #used = 0

  /** Room for so many bytes: a part of `slab` from `start` on. Rooms that are taken one after the other often lie side by side. */
  room(bytes: number): { readonly slab: Buffer; readonly start: number } {
    if (this.#slab === undefined || this.#used + bytes > this.#slab.byteLength) {
      if (this.#slab !== undefined) this.#full.push(this.#slab)
      this.#slab =
        bytes > SLAB_BYTES ? Buffer.allocUnsafeSlow(bytes) : (this.#spare.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES))
      this.#used = 0
    }
    const start = this.#used
    this.#used += bytes
    return { slab: this.#slab, start }
  }

  /** Ends a group. Call what it returns when all that was put into the rooms of the group is written. */
  endGroup(): () => void {
    const slabs = this.#full
    this.#full = []
    if (this.#slab !== undefined && this.#used > 0) {
      slabs.push(this.#slab)
      this.#slab = undefined
    }
    return () => {
      for (const slab of slabs) {
        if (slab.byteLength === SLAB_BYTES && this.#spare.length < SPARE_SLABS) this.#spare.push(slab)
      }
    }
  }
}
