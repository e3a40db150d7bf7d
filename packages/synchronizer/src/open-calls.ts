import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'

/** The calls of one object that are under way, so that closing it ends them. */
export class OpenCalls {
  readonly #owner: string
  readonly #defaultMs: number
  readonly #ends = new Set<AbortController>()
  #isClosed = false

  /**
   * @param owner - As in "Revisioned stream a/b/0.#epoch.0".
   * @param defaultMs - Milliseconds of a call that names none.
   */
  constructor(owner: string, defaultMs: number) {
    this.#owner = owner
    this.#defaultMs = defaultMs
  }

  /**
   * Makes a call: one deadline for all of it, which also ends when the owner is closed.
   *
   * @param what - As in "reading".
   * @throws PravegaError `CLOSED`
   */
  async run<T>(what: string, call: CallOptions | undefined, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw this.#closed()
    const end = new AbortController()
    const onAbort = (): void => end.abort(call?.signal?.reason)
    if (call?.signal?.aborted) onAbort()
    else call?.signal?.addEventListener('abort', onAbort, { once: true })
    this.#ends.add(end)
    try {
      using deadline = new Deadline(`${this.#owner}, ${what},`, { ...call, signal: end.signal }, this.#defaultMs)
      deadline.check()
      return await work(deadline)
    } finally {
      this.#ends.delete(end)
      call?.signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Refuses further calls at once, waits for `finish`, then ends the calls that are still under way. */
  async close(finish: () => Promise<void>): Promise<void> {
    this.#isClosed = true
    try {
      await finish()
    } finally {
      for (const end of this.#ends) end.abort(this.#closed())
    }
  }

  #closed(): PravegaError {
    return new PravegaError('CLOSED', `${this.#owner} is closed. Open it anew`)
  }
}
