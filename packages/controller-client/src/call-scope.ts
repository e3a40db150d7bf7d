import { type CallOptions, PravegaError } from '@pravega-ts/model'

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Why a call ended before it had an answer. */
export type EndedBy = 'deadline' | 'caller' | 'close'

/** One call's time: its deadline, its caller's signal and the client's end, as one signal. */
export class CallScope {
  /** What the whole call may take, in milliseconds. */
  readonly budgetMs: number
  private readonly startedAt = performance.now()
  private readonly controller = new AbortController()
  private readonly timer: NodeJS.Timeout
  private readonly detach: readonly (() => void)[]
  private ended: EndedBy | undefined

  /**
   * @param closed - Aborted when the client is closed by force.
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  constructor({ signal, timeoutMs }: CallOptions, defaultMs: number, closed: AbortSignal) {
    const budget = timeoutMs ?? defaultMs
    if (!(budget >= 0)) {
      throw new PravegaError(
        'INVALID_ARGUMENT',
        `timeoutMs ${budget} is refused: it is not a number of milliseconds. Give 0 or more, or leave it out.`,
        { details: { what: 'timeoutMs', value: budget } },
      )
    }
    this.budgetMs = Math.min(budget, LONGEST_TIMER_MS)
    this.timer = setTimeout(() => this.end('deadline'), this.budgetMs)
    this.detach = [listen(closed, () => this.end('close')), listen(signal, () => this.end('caller', signal?.reason))]
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Undefined while the call may go on. */
  get endedBy(): EndedBy | undefined {
    return this.ended
  }

  get elapsedMs(): number {
    return performance.now() - this.startedAt
  }

  /** A whole number. */
  get remainingMs(): number {
    return Math.max(0, Math.ceil(this.budgetMs - this.elapsedMs))
  }

  /** The promise, or a rejection with the signal's reason once the call is over: for what does not look at signals. */
  race<T>(work: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = listen(this.signal, () => reject(this.signal.reason))
      work.then(
        value => {
          stop()
          resolve(value)
        },
        error => {
          stop()
          reject(error)
        },
      )
    })
  }

  /** Frees timer and listeners. */
  dispose(): void {
    clearTimeout(this.timer)
    for (const stop of this.detach) stop()
  }

  private end(by: EndedBy, reason?: unknown): void {
    this.ended ??= by
    this.controller.abort(reason)
  }
}

function listen(signal: AbortSignal | undefined, then: () => void): () => void {
  if (signal === undefined) return () => {}
  if (signal.aborted) then()
  else signal.addEventListener('abort', then, { once: true })
  return () => signal.removeEventListener('abort', then)
}
