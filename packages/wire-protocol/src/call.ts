import { abortedError, type CallOptions, PravegaError } from '@pravega-ts/model'

/** The longest that a timer can be, 24.8 days; a longer one would fire at once. */
const MAX_TIMER_MS = 0x7fff_ffff

/** Like setTimeout, but a time longer than timers can be, Infinity too, counts as the longest one. */
export function startTimer(ms: number, onTime: () => void): NodeJS.Timeout {
  return setTimeout(onTime, Math.min(ms, MAX_TIMER_MS))
}

/** Ends a wait, one way or the other. Only the first call counts. */
export interface Settle<T> {
  resolve(value: T): void
  reject(error: PravegaError): void
}

/**
 * Waits for what somebody else will settle, until the caller's signal or deadline ends it.
 *
 * @param what - What is waited for, for the messages.
 * @param call - The caller's options; `timeoutMs` there goes before `defaultMs`. Infinity means no deadline.
 * @param start - Registers the wait and returns how to take it back; that is called once, however the wait ends.
 */
export function waitFor<T>(
  what: string,
  call: CallOptions | undefined,
  defaultMs: number,
  start: (settle: Settle<T>) => () => void,
): Promise<T> {
  const { signal, timeoutMs = defaultMs } = call ?? {}
  return new Promise((resolve, reject) => {
    if (!(timeoutMs >= 0)) throw badTimeout(timeoutMs)
    if (signal?.aborted) throw abortedError(`the wait for ${what}`, signal?.reason)
    let over = false
    let stop: (() => void) | undefined
    const finish = (): boolean => {
      if (over) return false
      over = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      stop?.()
      return true
    }
    const settle: Settle<T> = {
      resolve: value => finish() && resolve(value),
      reject: error => finish() && reject(error),
    }
    const onAbort = (): void => settle.reject(abortedError(`the wait for ${what}`, signal?.reason))
    const timer =
      timeoutMs === Number.POSITIVE_INFINITY
        ? undefined
        : startTimer(timeoutMs, () => settle.reject(late(what, timeoutMs)))
    signal?.addEventListener('abort', onAbort, { once: true })
    stop = start(settle)
    if (over) stop()
  })
}

function badTimeout(timeoutMs: number): PravegaError {
  return new PravegaError(
    'INVALID_ARGUMENT',
    `timeoutMs is ${timeoutMs}; it must be a number of milliseconds from 0 on`,
  )
}

function late(what: string, timeoutMs: number): PravegaError {
  return new PravegaError('DEADLINE_EXCEEDED', `waited ${timeoutMs} ms for ${what}; it may still take effect`, {
    details: { timeoutMs },
  })
}
