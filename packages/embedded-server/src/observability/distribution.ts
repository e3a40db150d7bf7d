/** How often durations were within which bound. Costs a few additions per observation, and no memory. */
export class Distribution {
  /** Upper bounds in seconds, ascending; a last bucket takes what is above all of them. */
  static readonly BOUNDS: readonly number[] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  /** Observations in each bucket alone. */
  readonly buckets: Float64Array = new Float64Array(Distribution.BOUNDS.length + 1)
  sum = 0
  count = 0

  /** @param seconds - a duration */
  observe(seconds: number): void {
    const { BOUNDS } = Distribution
    let bucket = 0
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] as number)) bucket++
    this.buckets[bucket] = (this.buckets[bucket] as number) + 1
    this.sum += seconds
    this.count++
  }
}
