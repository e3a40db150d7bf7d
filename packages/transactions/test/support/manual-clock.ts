import type { Alarm, LeaseClock } from '../../src/lease/lease-clock.ts'

/** Time that stands still until it is moved. */
export class ManualClock implements LeaseClock {
  #now = 1_000
  readonly #alarms = new Set<{ readonly at: number; readonly ring: () => void }>()
  /** The most alarms that were set at once. */
  most = 0

  now(): number {
    return this.#now
  }

  get alarms(): number {
    return this.#alarms.size
  }

  schedule(delayMs: number, ring: () => void): Alarm {
    const alarm = { at: this.#now + delayMs, ring }
    this.#alarms.add(alarm)
    this.most = Math.max(this.most, this.#alarms.size)
    return { cancel: () => void this.#alarms.delete(alarm) }
  }

  /** Moves the time and rings what is due on the way, each at its time; what that leads to is done before time goes on. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await turn()
      const next = [...this.#alarms].sort((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.#alarms.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.ring()
    }
    this.#now = end
    await turn()
  }
}

/** Lets everything that waits for nothing else go on. */
export async function turn(times = 3): Promise<void> {
  for (let n = 0; n < times; n++) await new Promise<void>(resolve => setImmediate(resolve))
}

/** Waits until something is so. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let n = 0; n < 5_000; n++) {
    if (condition()) return
    await turn(1)
  }
  throw new Error(`it did not come to ${what}`)
}
