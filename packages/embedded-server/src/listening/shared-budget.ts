/** Who holds bytes of the budget. */
export interface Holder {
  /** The budget is spent, and this is the one that has held its bytes for longest without getting on. */
  drop(): void
}

/** Those who hold less are not worth dropping. */
const WORTH_DROPPING_BYTES = 64 * 1024
/** So much is free after some were dropped, so that it is not done for every byte. */
const RELIEF = 0.25

/**
 * Bytes that all connections of a server hold together. When there are too many, those connections are dropped that have held theirs for
 * longest: whoever gets on holds them for a moment only.
 */
export class SharedBudget {
  readonly #limit: number
  /** In the order in which they last got on. */
  readonly #held = new Map<Holder, number>()
  #bytes = 0

  /** @param limit - bytes */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes that are held in all. */
  get bytes(): number {
    return this.#bytes
  }

  /** The holder has so many bytes now. `gotOn`: what it held before is done with. */
  hold(holder: Holder, bytes: number, gotOn: boolean): void {
    const before = this.#held.get(holder) ?? 0
    if (before === 0 && bytes === 0) return
    if (gotOn || bytes === 0) this.#held.delete(holder)
    if (bytes > 0) this.#held.set(holder, bytes)
    this.#bytes += bytes - before
    if (this.#bytes > this.#limit && bytes > before) this.#relieve()
  }

  #relieve(): void {
    const enough = this.#limit * (1 - RELIEF)
    for (const [holder, bytes] of this.#held) {
      if (this.#bytes <= enough) return
      if (bytes < WORTH_DROPPING_BYTES) continue
      this.hold(holder, 0, true)
      holder.drop()
    }
  }
}
