import { type Deadline, PravegaError } from '@pravega-ts/model'
import type { AppenderLimits } from './appender-options.ts'

const AT_ONCE = Promise.resolve()

/** Counts the bytes of one writer, and lets callers wait for room. */
export class Budget {
  readonly #limits: AppenderLimits
  /** Bytes that were given to segments and are not acknowledged. */
  inFlight = 0
  /** Bytes that wait to be given to a segment. */
  queued = 0
  #room: PromiseWithResolvers<void> | undefined

  constructor(limits: AppenderLimits) {
    this.#limits = limits
  }

  get pending(): number {
    return this.inFlight + this.queued
  }

  /** Whether something can be given to a segment. What is given last may go beyond the limit. */
  get mayGo(): boolean {
    return this.inFlight < this.#limits.maxInFlightBytes
  }

  get hasRoom(): boolean {
    return this.inFlight + this.queued < this.#limits.maxInFlightBytes
  }

  /** @throws PravegaError `QUEUE_FULL` */
  checkQueue(length: number): void {
    const { maxQueuedBytes } = this.#limits
    if (this.queued === 0 || this.queued + length <= maxQueuedBytes) return
    throw new PravegaError(
      'QUEUE_FULL',
      `An event of ${length} bytes is refused: ${this.queued} bytes wait already, and maxQueuedBytes is ${maxQueuedBytes}. ` +
        'Wait for ready() between writes, or write fewer at a time',
      { details: { length, queuedBytes: this.queued, inFlightBytes: this.inFlight, maxQueuedBytes } },
    )
  }

  /** Resolves when there is room. */
  ready(deadline: () => Deadline): Promise<void> {
    return this.hasRoom ? AT_ONCE : this.#wait(deadline)
  }

  /** Bytes have gone. */
  tell(): void {
    if (this.#room === undefined || !this.hasRoom) return
    this.#room.resolve()
    this.#room = undefined
  }

  /** There will be no more room. */
  refuse(error: PravegaError): void {
    this.#room?.reject(error)
    this.#room = undefined
  }

  async #wait(make: () => Deadline): Promise<void> {
    using deadline = make()
    while (!this.hasRoom) {
      if (this.#room === undefined) {
        this.#room = Promise.withResolvers()
        this.#room.promise.catch(() => {})
      }
      await deadline.race(this.#room.promise)
    }
  }
}
