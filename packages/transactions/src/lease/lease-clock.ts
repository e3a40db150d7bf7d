/** Something that is due at some time. */
export interface Alarm {
  cancel(): void
}

/** Where leases take the time from. Tests bring their own. */
export interface LeaseClock {
  /** Milliseconds; never goes back. */
  now(): number
  /** Rings once. Keeps no process alive. */
  schedule(delayMs: number, ring: () => void): Alarm
}

export const systemClock: LeaseClock = {
  now: () => performance.now(),
  schedule(delayMs, ring) {
    const timer = setTimeout(ring, Math.max(0, delayMs)).unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
