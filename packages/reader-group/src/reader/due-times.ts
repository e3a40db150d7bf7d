import { acquireDelayMs, lagUpdateDelayMs, releaseDelayMs } from '../state/assignment.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'

/** The delays of the group's functions are for this unit. */
const USUAL_UNIT_MS = 1000
/** Units until the next decision, if nobody learns how this one has ended. */
const UNITS_AFTER_UNKNOWN = 30
/** Units between two looks at a reset that somebody has begun and not ended. */
const CONFIG_CHECK_UNITS = 10

/** When a reader does what it does again and again. All times are those of its clock, in milliseconds. */
export class DueTimes {
  readonly #unitMs: number
  refreshAt: number
  acquireAt: number
  releaseAt: number
  lagAt: number
  /** Infinity: automatic checkpoints are off. */
  checkpointAt: number = Number.POSITIVE_INFINITY
  /** Minded with the look after it. Infinity: nobody resets the group. */
  configAt: number = Number.POSITIVE_INFINITY

  constructor(now: number, unitMs: number) {
    this.#unitMs = unitMs
    this.refreshAt = now
    this.acquireAt = now
    this.releaseAt = now
    this.lagAt = now
  }

  /** The state is known as of now. */
  looked(now: number, state: ReaderGroupState): void {
    this.refreshAt = now + Math.max(1, Number(state.config.refreshTimeMs))
    const interval = this.#checkpointInterval(state)
    this.checkpointAt = Math.min(this.checkpointAt, now + interval)
    if (!state.updatingConfig) this.configAt = Number.POSITIVE_INFINITY
    else this.configAt = Math.min(this.configAt, now + CONFIG_CHECK_UNITS * this.#unitMs)
  }

  /** Until it is known how a decision about acquiring or releasing has ended. */
  deciding(now: number): void {
    this.acquireAt = now + UNITS_AFTER_UNKNOWN * this.#unitMs
    this.releaseAt = this.acquireAt
  }

  /**
   * A segment was acquired or released, or could not be. Who has released one lets the others look before it acquires again: it would
   * take back what is meant for them.
   */
  decided(now: number, state: ReaderGroupState, reader: string, hasReleased: boolean): void {
    const lookMs = hasReleased ? Number(state.config.refreshTimeMs) : 0
    this.acquireAt = now + lookMs + this.#scaled(acquireDelayMs(state, reader))
    this.releaseAt = now + this.#scaled(releaseDelayMs(state, reader))
  }

  toldLag(now: number, state: ReaderGroupState): void {
    this.lagAt = now + this.#scaled(lagUpdateDelayMs(state))
  }

  metCheckpoint(now: number, state: ReaderGroupState): void {
    this.checkpointAt = now + this.#checkpointInterval(state)
  }

  checkedConfig(now: number): void {
    this.configAt = now + CONFIG_CHECK_UNITS * this.#unitMs
  }

  failed(now: number, state: ReaderGroupState | undefined): void {
    this.refreshAt = now + (state === undefined ? this.#unitMs : Math.max(1, Number(state.config.refreshTimeMs)))
  }

  /** When to look again. What was due already has been looked into; that it led to nothing only a change can change. */
  next(now: number, state: ReaderGroupState | undefined, owned: number): number {
    let next = this.refreshAt
    const consider = (time: number): void => {
      if (time > now && time < next) next = time
    }
    if ((state?.unassigned.size ?? 0) > 0) consider(this.acquireAt)
    if (owned > 1) consider(this.releaseAt)
    if (owned > 0) {
      consider(this.lagAt)
      consider(this.checkpointAt)
    }
    return next
  }

  #checkpointInterval({ config }: ReaderGroupState): number {
    const interval = Number(config.automaticCheckpointIntervalMs)
    return interval > 0 ? interval : Number.POSITIVE_INFINITY
  }

  #scaled(delayMs: number): number {
    return (delayMs * this.#unitMs) / USUAL_UNIT_MS
  }
}
