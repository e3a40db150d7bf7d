import { type CallOptions, PravegaError } from '@pravega-ts/model'

/** Hands one deadline of the caller on to the several calls that one call of this package makes. */
export class Deadline {
  readonly #what: string
  readonly #signal: AbortSignal | undefined
  readonly #end: number | undefined

  /** @param what - What is being done, for the error message. */
  constructor(what: string, call: CallOptions) {
    this.#what = what
    this.#signal = call.signal
    this.#end = call.timeoutMs === undefined ? undefined : performance.now() + call.timeoutMs
  }

  /**
   * Options for the next call: the same signal, the time that is left.
   *
   * @throws PravegaError `DEADLINE_EXCEEDED` when none is left
   */
  rest(): CallOptions {
    if (this.#end === undefined) return { signal: this.#signal }
    const left = this.#end - performance.now()
    if (left > 0) return { signal: this.#signal, timeoutMs: Math.ceil(left) }
    throw new PravegaError(
      'DEADLINE_EXCEEDED',
      `${this.#what} did not finish in time. Part of it may have taken effect; look at the stream, then try again with a larger timeoutMs.`,
    )
  }
}
