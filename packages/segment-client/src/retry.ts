import { setTimeout as sleep } from 'node:timers/promises'
import { type RetryPolicy, retryDelayMs } from '@pravega-ts/config'
import { type Deadline, PravegaError } from '@pravega-ts/model'

/** Waits; ends early with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}

/**
 * Repeats what may be repeated until it succeeds, the policy's attempts are used up, or the deadline has come.
 *
 * @param attempt - Gets its number, from 1.
 */
export async function retrying<T>(
  policy: RetryPolicy,
  deadline: Deadline,
  attempt: (number: number) => Promise<T>,
  onRetry: (error: PravegaError, number: number, delayMs: number) => void,
): Promise<T> {
  for (let number = 1; ; number++) {
    deadline.check()
    try {
      return await attempt(number)
    } catch (caught) {
      const error = PravegaError.from(caught)
      if (!error.retriable) throw error
      if (number >= policy.attempts) throw number === 1 ? error : exhausted(number, error)
      const delayMs = retryDelayMs(policy, number)
      onRetry(error, number, delayMs)
      await pause(delayMs, deadline.signal)
    }
  }
}

function exhausted(attempts: number, cause: PravegaError): PravegaError {
  return new PravegaError('RETRIES_EXHAUSTED', `Gave up after ${attempts} attempts; the last one: ${cause.message}`, {
    cause,
    details: { attempts },
  })
}
