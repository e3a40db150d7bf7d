import type { Logger } from '@pravega-ts/config'
import { messageOf } from './message-of.ts'
import type { StorageHealth } from './storage-failure.ts'
import type { Clock, Scheduled } from './time/clock.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
/** Storage that worked for so long begins with the shortest pause again. */
const LASTING_MS = 10_000

/**
 * - `idle`: the storage works.
 * - `waiting`: the next attempt is scheduled.
 * - `trying`: an attempt is under way; what it has opened may fail before the attempt is over.
 * - `closed`: nothing is tried any more.
 */
type State =
  | { readonly name: 'idle' }
  | { readonly name: 'waiting'; readonly timer: Scheduled }
  | { readonly name: 'trying'; failure: unknown }
  | { readonly name: 'closed' }

export interface StorageRecoveryOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly health: StorageHealth
  /** Opens the storage again and serves what is in there. Rejects while that is not possible. */
  readonly reopen: () => Promise<void>
}

/** Goes on when the storage has failed: tries to open it again, with pauses that grow from 100 ms to 10 s. */
export class StorageRecovery {
  readonly #options: StorageRecoveryOptions
  #state: State = { name: 'idle' }
  #pauseMs = FIRST_PAUSE_MS
  #recoveredAt = Number.NEGATIVE_INFINITY

  constructor(options: StorageRecoveryOptions) {
    this.#options = options
  }

  /** The storage has failed. */
  begin(failure: unknown): void {
    const { clock, health, logger } = this.#options
    switch (this.#state.name) {
      case 'idle':
        health.failed(messageOf(failure), clock.now())
        logger.error('the storage has failed: nothing is acknowledged until it works again', { cause: failure })
        if (clock.now() - this.#recoveredAt >= LASTING_MS) this.#pauseMs = FIRST_PAUSE_MS
        this.#wait()
        return
      case 'trying':
        this.#state.failure = failure
        return
      case 'waiting':
      case 'closed':
        return
    }
  }

  /** Nothing is begun any more. What is under way ends by itself. */
  close(): void {
    if (this.#state.name === 'waiting') this.#state.timer.cancel()
    this.#state = { name: 'closed' }
  }

  #wait(): void {
    const timer = this.#options.clock.schedule(this.#pauseMs, () => void this.#try())
    this.#state = { name: 'waiting', timer }
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }

  async #try(): Promise<void> {
    const { clock, health, logger, reopen } = this.#options
    const attempt: State = { name: 'trying', failure: undefined }
    this.#state = attempt
    try {
      await reopen()
    } catch (failure) {
      attempt.failure = failure
    }
    if (this.#state !== attempt) return
    if (attempt.failure !== undefined) {
      health.failedAgain(messageOf(attempt.failure))
      logger.warn('the storage does not work yet', { cause: attempt.failure, nextAttemptMs: this.#pauseMs })
      this.#wait()
      return
    }
    this.#state = { name: 'idle' }
    this.#recoveredAt = clock.now()
    health.recovered()
    logger.info('the storage works again: what was acknowledged is served')
  }
}
