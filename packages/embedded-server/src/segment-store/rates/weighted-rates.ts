/** Amounts per second, each averaged over about so many minutes: what is older weighs less, exponentially. */
export interface WeightedRates {
  readonly twoMinutes: number
  readonly fiveMinutes: number
  readonly tenMinutes: number
  readonly twentyMinutes: number
}

export const NO_RATES: WeightedRates = { twoMinutes: 0, fiveMinutes: 0, tenMinutes: 0, twentyMinutes: 0 }

/**
 * The rates after another interval. As in Pravega, a rate of zero takes the first value that it gets, so that a new
 * segment need not wait for its averages to come up.
 *
 * @param amount - What came in the interval.
 * @param minuteMs - Milliseconds of what counts as a minute.
 */
export function afterInterval(
  rates: WeightedRates,
  amount: number,
  intervalMs: number,
  minuteMs: number,
): WeightedRates {
  const current = (amount * 1000) / intervalMs
  const weigh = (rate: number, minutes: number): number =>
    rate === 0 ? current : current + (rate - current) * Math.exp(-intervalMs / (minutes * minuteMs))
  return {
    twoMinutes: weigh(rates.twoMinutes, 2),
    fiveMinutes: weigh(rates.fiveMinutes, 5),
    tenMinutes: weigh(rates.tenMinutes, 10),
    twentyMinutes: weigh(rates.twentyMinutes, 20),
  }
}
