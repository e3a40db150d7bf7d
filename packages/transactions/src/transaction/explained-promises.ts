import { PravegaError } from '@pravega-ts/model'

/**
 * Gives promises whose failures are explained. Events of one append share a promise; so do they here, and an event costs no promise
 * of its own.
 */
export class ExplainedPromises {
  readonly #explain: (error: PravegaError) => Promise<PravegaError>
  readonly #explained = new WeakMap<Promise<void>, Promise<void>>()
  /** Most events belong to the append of the one before. */
  #last: Promise<void> | undefined
  #lastExplained: Promise<void> | undefined

  constructor(explain: (error: PravegaError) => Promise<PravegaError>) {
    this.#explain = explain
  }

  /** A rejection that nobody looks at is no unhandled rejection. */
  of(promise: Promise<void>): Promise<void> {
    if (promise === this.#last && this.#lastExplained !== undefined) return this.#lastExplained
    let explained = this.#explained.get(promise)
    if (explained === undefined) {
      explained = promise.catch(async (error: unknown) => {
        throw await this.#explain(PravegaError.from(error))
      })
      explained.catch(() => {})
      this.#explained.set(promise, explained)
    }
    this.#last = promise
    this.#lastExplained = explained
    return explained
  }
}
