import type { Clock, Scheduled } from '../../src/controller/index.ts'

/** Time that stands still until it is moved. */
export class ManualClock implements Clock {
  #now = 1_800_000_000_000
  readonly #timers = new Set<{ at: number; run: () => void }>()

  now(): number {
    return this.#now
  }

  get timers(): number {
    return this.#timers.size
  }

  schedule(delayMs: number, run: () => void): Scheduled {
    const timer = { at: this.#now + delayMs, run }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  /** Moves the time and runs what is due, in order. */
  advance(ms: number): void {
    this.#now += ms
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.run()
    }
  }
}
