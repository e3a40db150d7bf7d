/** Where time comes from. Tests bring their own. */
export interface Clock {
  /** Milliseconds from some fixed point on; never goes back. */
  now(): number
  /** Calls back once, after at least `delayMs`. */
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(handle: unknown): void
}

/** The machine's clock. */
export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  setTimeout: (callback: () => void, delayMs: number) => setTimeout(callback, delayMs),
  clearTimeout: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
})

/** The longest delay that a timer of Node.js keeps; a longer one would be over at once. */
export const LONGEST_DELAY_MS: number = 2 ** 31 - 1
