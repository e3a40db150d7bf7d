import type { Clock } from '../../src/index.ts'

/** Time that stands still until it is told to go on. */
export class TestClock implements Clock {
  #now = 0
  readonly #timers = new Map<number, { readonly at: number; readonly callback: () => void }>()
  #next = 1

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    const handle = this.#next++
    this.#timers.set(handle, { at: this.#now + delayMs, callback })
    return handle
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle as number)
  }

  sleep(ms: number): Promise<void> {
    return new Promise(resolve => this.setTimeout(resolve, ms))
  }

  /** Lets time pass, with everything that is due on the way, and everything that follows from it. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    await turn()
    for (;;) {
      const [due] = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)
      if (due === undefined) break
      const [handle, { at, callback }] = due
      this.#timers.delete(handle)
      this.#now = Math.max(this.#now, at)
      callback()
      await turn()
    }
    this.#now = end
  }
}

/** Resolves when everything that can happen without time or input has happened. */
export async function turn(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise<void>(resolve => setImmediate(resolve))
}
