import type { Clock, Scheduled } from '../../time/clock.ts'
import { type MeterClock, RateMeter, tickMsOf } from './rate-meter.ts'

/** What Pravega stores as the scale type of a segment. */
const BY_KB_PER_SECOND = 1
const BY_EVENTS_PER_SECOND = 2

/** The meters of one segment store. One timer ticks all that count, and there is none while nothing is written. */
export class RateMeters implements MeterClock {
  readonly minuteMs: number
  readonly #clock: Clock
  readonly #counting = new Set<RateMeter>()
  #timer: Scheduled | undefined
  #trafficBegins: () => void = () => {}
  #closed = false

  /** @param minuteMs - Milliseconds of what counts as a minute. */
  constructor(clock: Clock, minuteMs: number) {
    this.#clock = clock
    this.minuteMs = minuteMs
  }

  /** A meter for a segment that begins now; none for a segment that never scales by itself. */
  meterFor(scaleType: number): RateMeter | undefined {
    if (scaleType === BY_KB_PER_SECOND) return new RateMeter('KB', this)
    return scaleType === BY_EVENTS_PER_SECOND ? new RateMeter('events', this) : undefined
  }

  /** Who is told when appends begin to come to a measured segment to which none came for a while. */
  onTraffic(listener: () => void): void {
    this.#trafficBegins = listener
  }

  now(): number {
    return this.#clock.now()
  }

  count(meter: RateMeter): void {
    if (this.#closed) return
    this.#counting.add(meter)
    this.#arm()
    this.#trafficBegins()
  }

  close(): void {
    this.#closed = true
    this.#counting.clear()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(): void {
    this.#timer ??= this.#clock.schedule(tickMsOf(this), () => {
      this.#timer = undefined
      for (const meter of this.#counting) if (!meter.tick()) this.#counting.delete(meter)
      if (this.#counting.size > 0) this.#arm()
    })
  }
}
