import type { Batch } from '../batch/batch.ts'
import { type Clock, LONGEST_DELAY_MS } from '../clock.ts'

/**
 * The batches whose end is not decided, oldest first, with one timer for the nearest deadline. All have the same time, so
 * the oldest one is always the next that is due.
 */
export class OpenBatches<R> {
  readonly #batches = new Set<Batch<R>>()
  readonly #clock: Clock
  readonly #timeout: number
  /** Bounds the batch, which takes it from here. */
  readonly #onDue: (batch: Batch<R>) => void
  #timer: unknown

  constructor(clock: Clock, timeout: number, onDue: (batch: Batch<R>) => void) {
    this.#clock = clock
    this.#timeout = timeout
    this.#onDue = onDue
  }

  get size(): number {
    return this.#batches.size
  }

  get oldest(): Batch<R> | undefined {
    return this.#batches.values().next().value
  }

  add(batch: Batch<R>): void {
    this.#batches.add(batch)
    if (this.#timer === undefined) this.#arm(this.#timeout)
  }

  delete(batch: Batch<R>): void {
    if (!this.#batches.delete(batch) || this.#batches.size > 0) return
    // A timer with nothing to do would keep the process alive.
    this.#disarm()
  }

  clear(): void {
    this.#batches.clear()
    this.#disarm()
  }

  #arm(delay: number): void {
    if (this.#timeout === Number.POSITIVE_INFINITY) return
    this.#timer = this.#clock.setTimeout(() => this.#fire(), Math.min(Math.max(0, delay), LONGEST_DELAY_MS))
  }

  #disarm(): void {
    if (this.#timer === undefined) return
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #fire(): void {
    this.#timer = undefined
    const now = this.#clock.now()
    for (const batch of this.#batches) {
      if (batch.startedAt + this.#timeout > now) break
      this.#onDue(batch)
    }
    const next = this.oldest
    if (next !== undefined && this.#timer === undefined) this.#arm(next.startedAt + this.#timeout - now)
  }
}
