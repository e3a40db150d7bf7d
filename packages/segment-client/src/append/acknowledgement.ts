import type { PravegaError } from '@pravega-ts/model'

/** Whether something is durable, as a promise that is made when it is first asked for: most of the time nobody does. */
export class Acknowledgement {
  #promise: Promise<void> | undefined
  #resolve: () => void = () => {}
  #reject: (error: PravegaError) => void = () => {}
  #outcome: { readonly error: PravegaError | undefined } | undefined

  /** A rejection that nobody looks at is no unhandled rejection. */
  get promise(): Promise<void> {
    if (this.#promise === undefined) {
      this.#promise = new Promise((resolve, reject) => {
        this.#resolve = resolve
        this.#reject = reject
      })
      this.#promise.catch(() => {})
      if (this.#outcome !== undefined) this.#tell(this.#outcome.error)
    }
    return this.#promise
  }

  /**
   * @param error - Why it is not durable; undefined if it is.
   * @returns False if it was settled before; nothing changes then.
   */
  settle(error: PravegaError | undefined): boolean {
    if (this.#outcome !== undefined) return false
    this.#outcome = { error }
    this.#tell(error)
    return true
  }

  #tell(error: PravegaError | undefined): void {
    if (error === undefined) this.#resolve()
    else this.#reject(error)
  }
}
