import { type CallOptions, type Deadline, PravegaError } from '@pravega-ts/model'
import type { TransactionStatus } from '../transaction.ts'

/**
 * What came of asking a controller to commit or abort.
 *
 * - `accepted`: it will be done
 * - `told`: it has ended, or goes another way
 * - `refused`: it was not done, and a further attempt would not help
 * - `unanswered`: it may have been done or not
 */
export type Settlement =
  | { readonly tag: 'accepted' }
  | { readonly tag: 'told'; readonly status: TransactionStatus | 'unknown'; readonly cause: PravegaError }
  | { readonly tag: 'refused'; readonly error: PravegaError }
  | { readonly tag: 'unanswered'; readonly error: PravegaError }

export interface Question {
  /** Asks to commit or abort; twice is as good as once. */
  ask(call: CallOptions): Promise<void>
  check(call: CallOptions): Promise<TransactionStatus>
  /** The end is not known; the next attempt is about to follow. */
  onWait(attempt: number, delayMs: number, cause: PravegaError): void
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000
/** A controller that fails so often on a question will fail again. */
const MOST_FAILURES = 5

/** Asks until the end is known, or there is no time left. Never rejects. */
export async function settle(question: Question, deadline: Deadline): Promise<Settlement> {
  let last: PravegaError | undefined
  let failures = 0
  try {
    for (let attempt = 1; ; attempt++) {
      deadline.check()
      const refusal = await attemptOf(question.ask(half(deadline)))
      if (refusal === undefined) return { tag: 'accepted' }
      last = refusal
      if (!isFinal(refusal) && !leavesDoubt(refusal)) return { tag: 'refused', error: refusal }
      if (refusal.code === 'CLOSED') return { tag: 'unanswered', error: refusal }
      deadline.check()
      const status = await statusOf(question.check(half(deadline)))
      if (typeof status === 'string' && status !== 'open') return { tag: 'told', status, cause: refusal }
      if (status === 'open' && isFinal(refusal)) return { tag: 'refused', error: refusal }
      if (typeof status !== 'string' && !leavesDoubt(status)) return { tag: 'unanswered', error: status }
      if (!isFinal(refusal) && !refusal.retriable && ++failures >= MOST_FAILURES)
        return { tag: 'unanswered', error: refusal }
      const delayMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS)
      question.onWait(attempt, delayMs, refusal)
      await deadline.pause(delayMs)
    }
  } catch (error) {
    const over = PravegaError.from(error)
    return { tag: 'unanswered', error: last === undefined ? over : because(over, last) }
  }
}

/** What a controller says of a transaction; `unknown`: it does not know it. */
export async function statusOf(
  checked: Promise<TransactionStatus>,
): Promise<TransactionStatus | 'unknown' | PravegaError> {
  try {
    return await checked
  } catch (error) {
    return PravegaError.is(error, 'TRANSACTION_NOT_FOUND') ? 'unknown' : PravegaError.from(error)
  }
}

async function attemptOf(asked: Promise<void>): Promise<PravegaError | undefined> {
  try {
    await asked
    return undefined
  } catch (error) {
    return PravegaError.from(error)
  }
}

/** A call gets half of the time, so that there is some left to find out what has come of it. */
function half(deadline: Deadline): CallOptions {
  const { signal, timeoutMs } = deadline.rest()
  return timeoutMs === undefined ? { signal } : { signal, timeoutMs: Math.max(1, timeoutMs / 2) }
}

/** The controller has looked at the transaction, and does not do it. */
function isFinal(error: PravegaError): boolean {
  return PravegaError.is(error, 'TRANSACTION_FAILED', 'TRANSACTION_NOT_FOUND')
}

/** Whether a call that failed like this may have had its effect, or may have it when it is made again. */
export function leavesDoubt(error: PravegaError): boolean {
  return (
    error.retriable ||
    PravegaError.is(
      error,
      'DEADLINE_EXCEEDED',
      'ABORTED',
      'CLOSED',
      'UNAVAILABLE',
      'RETRIES_EXHAUSTED',
      'CONNECTION_FAILED',
      'CONNECTION_LOST',
      'CONTROLLER_FAILURE',
      'INTERNAL',
    )
  )
}

function because(over: PravegaError, last: PravegaError): PravegaError {
  if (over === last) return over
  return new PravegaError(over.code, `${over.message}; the last attempt: ${last.message}`, {
    cause: last,
    retriable: over.retriable,
    details: over.details,
  })
}
