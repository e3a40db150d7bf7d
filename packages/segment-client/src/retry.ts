import { setTimeout as sleep } from 'node:timers/promises'
import { type RetryPolicy, retryDelayMs } from '@pravega-ts/config'
import { type Deadline, PravegaError } from '@pravega-ts/model'
import pRetry from 'p-retry'

/** Waits; ends early with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}

/** Repeats what may be repeated until it succeeds, the policy's attempts are used up, or the deadline has come. */
export async function retrying<T>(
  policy: RetryPolicy,
  deadline: Deadline,
  attempt: (number: number) => Promise<T>,
  onRetry: (error: PravegaError, number: number, delayMs: number) => void,
): Promise<T> {
  let attempts = 0
  try {
    return await pRetry(
      async number => {
        attempts = number
        try {
          return await attempt(number)
        } catch (error) {
          throw PravegaError.from(error)
        }
      },
      {
        retries: Math.max(0, policy.attempts - 1),
        minTimeout: 0,
        signal: deadline.signal,
        shouldRetry: ({ error }) => PravegaError.is(error) && error.retriable,
        onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
          if (!PravegaError.is(error) || !error.retriable || retriesLeft <= 0) return
          const delayMs = retryDelayMs(policy, attemptNumber)
          onRetry(error, attemptNumber, delayMs)
          await pause(delayMs, deadline.signal)
        },
      },
    )
  } catch (caught) {
    const error = PravegaError.from(caught)
    if (!error.retriable || attempts < 2) throw error
    throw new PravegaError('RETRIES_EXHAUSTED', `Gave up after ${attempts} attempts; the last one: ${error.message}`, {
      cause: error,
      details: { attempts },
    })
  }
}
