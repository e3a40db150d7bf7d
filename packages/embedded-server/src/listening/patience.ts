import type { Clock, Scheduled } from '../time/clock.ts'

/**
 * Deadlines of one length, for any number of those who wait. Whoever has waited longest comes first. One timer for all of them, and
 * none while nobody waits.
 */
export class Patience<Waiting> {
  readonly #clock: Clock
  readonly #ms: number
  readonly #expire: (waiting: Waiting) => void
  /** Since when, in the order of the times. */
  readonly #since = new Map<Waiting, number>()
  #timer: Scheduled | undefined

  /** @param expire - called once for each one whose time is up; it does not wait any more then. */
  constructor(clock: Clock, ms: number, expire: (waiting: Waiting) => void) {
    this.#clock = clock
    this.#ms = ms
    this.#expire = expire
  }

  /** Number of those who wait. */
  get size(): number {
    return this.#since.size
  }

  /** The one that has waited for longest, and for how many milliseconds. */
  get longest(): { readonly waiting: Waiting; readonly ms: number } | undefined {
    for (const [waiting, since] of this.#since) return { waiting, ms: this.#clock.now() - since }
    return undefined
  }

  /** Waits from now on, whether or not it has waited before. */
  begin(waiting: Waiting): void {
    this.#since.delete(waiting)
    this.#since.set(waiting, this.#clock.now())
    this.#timer ??= this.#clock.schedule(this.#ms, () => this.#look())
  }

  end(waiting: Waiting): void {
    if (!this.#since.delete(waiting) || this.#since.size > 0) return
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #look(): void {
    this.#timer = undefined
    const now = this.#clock.now()
    for (const [waiting, since] of this.#since) {
      const left = since + this.#ms - now
      if (left > 0) {
        this.#timer ??= this.#clock.schedule(left, () => this.#look())
        return
      }
      this.#since.delete(waiting)
      this.#expire(waiting)
    }
  }
}
