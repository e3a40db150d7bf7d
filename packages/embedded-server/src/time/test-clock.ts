import type { Clock, Scheduled } from './clock.ts'

/** Time that stands still until a test moves it. */
export class TestClock implements Clock {
  #now: number
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>()

  /** @param now - Unix time in milliseconds. Default: the system's. */
  constructor(now: number = Date.now()) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  /** Number of timers that are set. */
  get timers(): number {
    return this.#timers.size
  }

  schedule(delayMs: number, run: () => void): Scheduled {
    const timer = { at: this.#now + delayMs, run }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  /**
   * Moves the time and runs what is due, in order. A timer that is set meanwhile waits for the next call, so that what
   * comes round every ten seconds is done once, however far the time is moved.
   */
  advance(ms: number): void {
    this.#now += ms
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.run()
    }
  }
}
