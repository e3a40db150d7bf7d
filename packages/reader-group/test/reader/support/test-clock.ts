import type { Alarm, ReaderClock } from '../../../src/index.ts'

interface Pending {
  readonly at: number
  readonly ring: () => void
}

/** Time that passes when a test says so. */
export class TestClock implements ReaderClock {
  #now = 1_700_000_000_000
  readonly #pending = new Set<Pending>()
  /** Alarms that would keep a process alive. */
  readonly alive = new Set<Alarm>()

  now(): number {
    return this.#now
  }

  /** Alarms that are set. */
  get alarms(): number {
    return this.#pending.size
  }

  schedule(delayMs: number, ring: () => void): Alarm {
    const pending: Pending = { at: this.#now + Math.max(0, delayMs), ring }
    this.#pending.add(pending)
    const alarm: Alarm = {
      cancel: () => {
        this.#pending.delete(pending)
        this.alive.delete(alarm)
      },
      keepAlive: alive => {
        if (alive && this.#pending.has(pending)) this.alive.add(alarm)
        else this.alive.delete(alarm)
      },
    }
    return alarm
  }

  /** Lets time pass, alarm by alarm, and what they set off come to rest. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settled()
    for (;;) {
      const next = [...this.#pending].sort((a, b) => a.at - b.at).find(({ at }) => at <= end)
      if (next === undefined) break
      this.#pending.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.ring()
      await settled()
    }
    this.#now = end
  }

  /** Lets time pass until something holds. */
  async until(holds: () => boolean, limitMs = 600_000): Promise<void> {
    await settled()
    for (let passed = 0; !holds(); passed += 100) {
      if (passed > limitMs) throw new Error(`it did not come to that in ${limitMs} ms: ${holds}`)
      await this.advance(100)
    }
  }
}

/** Nothing goes on any more without time passing or data coming. Everything here is in memory: a few turns are enough. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
}
