/**
 * - `working`: changes are taken.
 * - `failed`: nothing is served, because the storage has failed; it is tried again until it works.
 */
export type StorageCondition =
  | { readonly name: 'working' }
  | {
      readonly name: 'failed'
      /** What happened last. */
      readonly reason: string
      /** Unix time in milliseconds of the failure. */
      readonly since: number
      /** How often it was tried to go on. */
      readonly attempts: number
    }

const WORKING: StorageCondition = { name: 'working' }

/** Whether the storage takes changes: what requests are refused by, and what `/health` says. */
export class StorageHealth {
  #condition: StorageCondition = WORKING

  get condition(): StorageCondition {
    return this.#condition
  }

  /** What every request is answered with; undefined while requests are served. */
  get refusal(): string | undefined {
    if (this.#condition.name === 'working') return undefined
    return `The storage of this server has failed, and is tried again until it works: ${this.#condition.reason}`
  }

  /** @param now - Unix time in milliseconds */
  failed(reason: string, now: number): void {
    if (this.#condition.name === 'failed') return
    this.#condition = { name: 'failed', reason, since: now, attempts: 0 }
  }

  /** Another attempt was in vain. */
  failedAgain(reason: string): void {
    if (this.#condition.name === 'working') return
    this.#condition = { ...this.#condition, reason, attempts: this.#condition.attempts + 1 }
  }

  recovered(): void {
    this.#condition = WORKING
  }
}
