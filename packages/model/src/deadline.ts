import type { CallOptions } from './call-options.ts'
import { PravegaError } from './errors.ts'

/** Longer delays overflow a timer and would fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/**
 * The time that one call may take, and the caller's signal, as one signal.
 * Use it with `using`, so that its timer and its listener end with the call.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #timeoutMs: number
  readonly #end: number
  readonly #outer: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout | undefined
  readonly #onAbort = (): void => this.#controller.abort(abortedError(phrase(this.#what), this.#outer?.reason))
  readonly #what: string | (() => string)

  /**
   * @param what - What takes the time, as in "reading from segment a/b/0.#epoch.0"; a function is asked when the time is over.
   * @param defaultMs - Milliseconds, used when the caller gave no time. Default `Infinity`: no limit.
   * @throws PravegaError `INVALID_ARGUMENT` for a time that is no number of milliseconds
   */
  constructor(
    what: string | (() => string),
    call: CallOptions | undefined,
    defaultMs: number = Number.POSITIVE_INFINITY,
  ) {
    const timeoutMs = validTimeout(call?.timeoutMs) ?? defaultMs
    this.#timeoutMs = timeoutMs
    this.#what = what
    this.#end = performance.now() + timeoutMs
    this.#outer = call?.signal
    if (this.#outer?.aborted) this.#onAbort()
    else this.#outer?.addEventListener('abort', this.#onAbort, { once: true })
    if (timeoutMs < LONGEST_DELAY_MS) {
      this.#timer = setTimeout(() => this.#expire(), timeoutMs)
      this.#timer.unref()
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Milliseconds that are left, not less than 1. */
  get remainingMs(): number {
    return Math.max(1, this.#end - performance.now())
  }

  /**
   * What a call below is given: the same signal, the time that is left.
   *
   * @throws PravegaError `ABORTED` or `DEADLINE_EXCEEDED` when none is left
   */
  rest(): CallOptions {
    this.check()
    const remaining = this.remainingMs
    return remaining < LONGEST_DELAY_MS ? { signal: this.signal, timeoutMs: remaining } : { signal: this.signal }
  }

  /** @throws PravegaError `ABORTED` or `DEADLINE_EXCEEDED` */
  check(): void {
    // A busy process may not have come to its timers yet.
    if (!this.signal.aborted && performance.now() >= this.#end) this.#expire()
    if (this.signal.aborted) throw this.signal.reason
  }

  /** Waits for a promise, but not longer than this deadline. The promise itself goes on. */
  race<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  /**
   * Waits, but not beyond this deadline.
   *
   * @throws PravegaError `ABORTED` or `DEADLINE_EXCEEDED`
   */
  async pause(ms: number): Promise<void> {
    this.check()
    if (ms <= 0) return
    let timer: NodeJS.Timeout | undefined
    try {
      await this.race(
        new Promise<void>(resolve => {
          timer = setTimeout(resolve, ms)
        }),
      )
    } finally {
      clearTimeout(timer)
    }
  }

  #expire(): void {
    this.#controller.abort(exceeded(phrase(this.#what), this.#timeoutMs))
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#onAbort)
  }
}

function phrase(what: string | (() => string)): string {
  return typeof what === 'string' ? what : what()
}

function validTimeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs >= 0) return timeoutMs
  throw new PravegaError(
    'INVALID_ARGUMENT',
    `timeoutMs ${timeoutMs} is refused: give milliseconds from 0 on, or leave it out`,
  )
}

function exceeded(what: string, timeoutMs: number): PravegaError {
  return new PravegaError('DEADLINE_EXCEEDED', `${what} took longer than ${Math.round(timeoutMs)} ms`, {
    details: { timeoutMs },
  })
}

/**
 * What a call fails with when its signal was aborted: a PravegaError that is the signal's reason goes through as it is, so that a
 * deadline of a layer above stays one; the time-out of a signal is `DEADLINE_EXCEEDED`; everything else is `ABORTED`.
 *
 * @param what - What was going on, as in "reading from segment a/b/0.#epoch.0".
 * @param reason - The signal's reason; kept as `cause`.
 */
export function abortedError(what: string, reason: unknown): PravegaError {
  if (PravegaError.is(reason)) return reason
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new PravegaError('DEADLINE_EXCEEDED', `${what} was ended by the deadline of its signal`, { cause: reason })
  }
  return new PravegaError('ABORTED', `${what} was aborted`, { cause: reason })
}
