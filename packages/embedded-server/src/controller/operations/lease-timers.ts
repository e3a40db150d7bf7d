import type { Clock, Scheduled } from '../../time/clock.ts'

/** One timer per open transaction. */
export class LeaseTimers {
  readonly #clock: Clock
  readonly #timers = new Map<string, Scheduled>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Sets or moves the timer of a transaction. */
  arm(key: string, expiresAt: number, expire: () => void): void {
    this.disarm(key)
    if (this.#closed) return
    const timer = this.#clock.schedule(expiresAt - this.#clock.now(), () => {
      this.#timers.delete(key)
      expire()
    })
    this.#timers.set(key, timer)
  }

  disarm(key: string): void {
    this.#timers.get(key)?.cancel()
    this.#timers.delete(key)
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }
}
