import { DEFAULT_RETRY, retryDelayMs } from '@pravega-ts/config'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const exact = { ...DEFAULT_RETRY, jitter: 0 }

describe('retryDelayMs', () => {
  it('grows by the multiplier up to the largest delay', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map(attempt => retryDelayMs(exact, attempt))).toEqual([
      1, 10, 100, 1_000, 5_000, 5_000, 5_000,
    ])
    expect(retryDelayMs(exact, 1_000_000)).toBe(5_000)
    expect(retryDelayMs(exact, Number.POSITIVE_INFINITY)).toBe(5_000)
  })

  it('is shortened at random by no more than the jitter', () => {
    const policy = { ...exact, initialDelayMs: 1_000, jitter: 0.25 }
    expect(retryDelayMs(policy, 1, () => 0)).toBe(1_000)
    expect(retryDelayMs(policy, 1, () => 0.5)).toBe(875)
    expect(retryDelayMs(policy, 1, () => 1 - 2 ** -53)).toBeCloseTo(750)
    expect(new Set(Array.from({ length: 20 }, () => retryDelayMs(policy, 1))).size).toBeGreaterThan(1)
  })

  it('is a number of milliseconds that a timer can wait, for all policies', () => {
    const policies = fc.record({
      initialDelayMs: fc.double({ min: 0, max: 2 ** 31 - 1, noNaN: true }),
      multiplier: fc.double({ min: 1, max: 1e300, noNaN: true }),
      maxDelayMs: fc.double({ min: 0, max: 2 ** 31 - 1, noNaN: true }),
      attempts: fc.constant(10),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 10_000 }), (policy, attempt) => {
        const delay = retryDelayMs(policy, attempt)
        expect(delay >= 0 && delay <= policy.maxDelayMs).toBe(true)
      }),
    )
  })
})
