import type { Clock } from '../../time/clock.ts'

/** Work that is worth doing once in a while, when something else happens anyway. Needs no timer. */
export class AtMostEvery {
  readonly #clock: Clock
  readonly #periodMs: number
  #lastAt: number

  /** @param periodMs - Milliseconds, from the start on. */
  constructor(clock: Clock, periodMs: number) {
    this.#clock = clock
    this.#periodMs = periodMs
    this.#lastAt = clock.now()
  }

  run(work: () => void): void {
    const now = this.#clock.now()
    if (now - this.#lastAt < this.#periodMs) return
    this.#lastAt = now
    work()
  }
}
