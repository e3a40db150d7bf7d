/** Where the controller takes its time from; tests give it their own. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number
  /** Runs once after the delay. Keeps no process alive. */
  schedule(delayMs: number, run: () => void): Scheduled
}

export interface Scheduled {
  cancel(): void
}

const LONGEST_TIMEOUT = 0x7fff_ffff

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), LONGEST_TIMEOUT)).unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
