import { type CallOptions, PravegaError } from '@pravega-ts/model'

/** The promise, or an error once the caller's signal or deadline ends the wait. The work itself goes on for others. */
export function waitFor<T>(promise: Promise<T>, what: string, call: CallOptions = {}): Promise<T> {
  const { signal, timeoutMs } = call
  if (signal === undefined && timeoutMs === undefined) return promise
  return new Promise((resolve, reject) => {
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            finish()
            reject(new PravegaError('DEADLINE_EXCEEDED', `Waited ${timeoutMs} ms for ${what}. Allow more time.`))
          }, timeoutMs)
    const abort = (): void => {
      finish()
      reject(PravegaError.from(signal?.reason, 'ABORTED'))
    }
    const finish = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    promise.finally(finish).then(resolve, reject)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}
