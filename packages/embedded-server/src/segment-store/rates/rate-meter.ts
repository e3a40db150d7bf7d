import { afterInterval, NO_RATES, type WeightedRates } from './weighted-rates.ts'

/** Ticks in a minute: rates are worked out every five seconds. */
const TICKS_PER_MINUTE = 12
const BYTES_PER_KB = 1024

/** What a segment's appends are measured in: the unit of its scaling policy. */
export type RateUnit = 'KB' | 'events'

/** How fast a segment grows, in its unit per second. */
export interface SegmentRates extends WeightedRates {
  /** Unix time in milliseconds at which the measuring began. */
  readonly since: number
  /** Unix time in milliseconds, to about five seconds, at which something was appended last; `since` when nothing was. */
  readonly lastTraffic: number
}

/** What meters need of the clock that they share. */
export interface MeterClock {
  now(): number
  readonly minuteMs: number
  /** The meter wants to be ticked, until a tick says that it does not. */
  count(meter: RateMeter): void
}

/**
 * Measures the appends to one segment. Idle: nothing has come since the last tick, and no tick is needed; the silence
 * is made up for when something comes. Counting: appends only add to a number, from which each tick makes rates.
 */
export class RateMeter {
  readonly unit: RateUnit
  readonly #clock: MeterClock
  readonly #since: number
  #state: 'idle' | 'counting' = 'idle'
  #amount = 0
  #rates = NO_RATES
  #ratedAt: number
  #lastTraffic: number

  constructor(unit: RateUnit, clock: MeterClock) {
    this.unit = unit
    this.#clock = clock
    this.#since = clock.now()
    this.#ratedAt = this.#since
    this.#lastTraffic = this.#since
  }

  add(bytes: number, events: number): void {
    this.#amount += this.unit === 'KB' ? bytes / BYTES_PER_KB : events
    if (this.#state === 'idle') this.#wake()
  }

  /**
   * Counts what a transaction brings. As in Pravega, one that was open for long counts by what it had in five seconds.
   *
   * @param ageMs - Milliseconds for which it was being written.
   */
  addMerged(bytes: number, events: number, ageMs: number): void {
    const tickMs = tickMsOf(this.#clock)
    const share = ageMs < tickMs ? 1 : tickMs / ageMs
    this.add(bytes * share, events * share)
  }

  /** @returns whether to tick on */
  tick(): boolean {
    if (this.#amount === 0) {
      this.#state = 'idle'
      return false
    }
    const now = this.#clock.now()
    if (now > this.#ratedAt) {
      this.#rates = this.#ratesAt(now)
      this.#amount = 0
    }
    this.#ratedAt = now
    this.#lastTraffic = now
    return true
  }

  read(): SegmentRates {
    const now = this.#clock.now()
    const isTickDue = now - this.#ratedAt >= tickMsOf(this.#clock)
    const lastTraffic = this.#amount === 0 ? this.#lastTraffic : now
    return { ...(isTickDue ? this.#ratesAt(now) : this.#rates), since: this.#since, lastTraffic }
  }

  #wake(): void {
    const now = this.#clock.now()
    if (now > this.#ratedAt) this.#rates = afterInterval(this.#rates, 0, now - this.#ratedAt, this.#clock.minuteMs)
    this.#state = 'counting'
    this.#ratedAt = now
    this.#lastTraffic = now
    this.#clock.count(this)
  }

  #ratesAt(now: number): WeightedRates {
    return afterInterval(this.#rates, this.#amount, now - this.#ratedAt, this.#clock.minuteMs)
  }
}

export function tickMsOf({ minuteMs }: Pick<MeterClock, 'minuteMs'>): number {
  return minuteMs / TICKS_PER_MINUTE
}
