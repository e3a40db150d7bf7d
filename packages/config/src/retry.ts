/** How often and at which distance something that failed is tried again. */
export interface RetryPolicy {
  /** Milliseconds before the second try. Default 1. */
  readonly initialDelayMs: number
  /** Factor from one delay to the next, at least 1. Default 10. */
  readonly multiplier: number
  /** Milliseconds that a delay has at most. Default 5000. */
  readonly maxDelayMs: number
  /** Tries in all, the first one included; `Infinity`: until the deadline of the call. Default 8. */
  readonly attempts: number
  /** Part of a delay, 0 to 1, by which it is shortened at random, so that clients do not come back all at once. Default 0.2. */
  readonly jitter: number
}

/** Begins like Pravega's Java client; gives up after 16 s instead of 91 s, which rides out the restart of a controller. */
export const DEFAULT_RETRY: RetryPolicy = Object.freeze({
  initialDelayMs: 1,
  multiplier: 10,
  maxDelayMs: 5_000,
  attempts: 8,
  jitter: 0.2,
})

/**
 * Milliseconds to wait after try number `attempt` (1 = the first one) failed. Whether there is another try at all is
 * `attempt < policy.attempts`.
 *
 * @param random - Returns a number in [0, 1). Default `Math.random`.
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number, random: () => number = Math.random): number {
  if (policy.initialDelayMs === 0) return 0
  const delay = Math.min(policy.maxDelayMs, policy.initialDelayMs * policy.multiplier ** Math.max(0, attempt - 1))
  return delay * (1 - policy.jitter * random())
}
