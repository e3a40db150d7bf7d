/** A call that is due at some time. */
export interface Alarm {
  cancel(): void
  /** Whether the process stays alive for it. A new one does not. */
  keepAlive(alive: boolean): void
}

/** Where a reader takes the time from. Tests bring their own. */
export interface ReaderClock {
  /** Milliseconds since 1970; never goes back. */
  now(): number
  schedule(delayMs: number, ring: () => void): Alarm
}

/** Longer delays overflow a timer and would ring at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

export const systemClock: ReaderClock = {
  now: () => performance.timeOrigin + performance.now(),
  schedule(delayMs, ring) {
    const timer = setTimeout(ring, Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS)).unref()
    return {
      cancel: () => clearTimeout(timer),
      keepAlive: alive => void (alive ? timer.ref() : timer.unref()),
    }
  },
}
