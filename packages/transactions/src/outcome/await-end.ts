import type { CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import type { TransactionStatus } from '../transaction.ts'
import { leavesDoubt, statusOf } from './settle.ts'

const FIRST_PAUSE_MS = 3
const LONGEST_PAUSE_MS = 500
const GROWTH = 1.25

/**
 * Asks until a commit or an abort that was decided is carried out. Resolves to what the controller says then.
 *
 * @param onWait - It is not yet, or could not be asked.
 * @throws PravegaError `DEADLINE_EXCEEDED`, `ABORTED`, and what keeps the controller from being asked for good
 */
export async function awaitEnd(
  check: (call: CallOptions) => Promise<TransactionStatus>,
  deadline: Deadline,
  onWait: (attempt: number, delayMs: number, cause: PravegaError | undefined) => void,
): Promise<'committed' | 'aborted' | 'unknown'> {
  for (let attempt = 1; ; attempt++) {
    const status = await statusOf(check(deadline.rest()))
    if (status === 'committed' || status === 'aborted' || status === 'unknown') return status
    const cause = typeof status === 'string' ? undefined : status
    deadline.check()
    if (cause !== undefined && (!leavesDoubt(cause) || cause.code === 'CLOSED')) throw cause
    const delayMs = Math.min(FIRST_PAUSE_MS * GROWTH ** (attempt - 1), LONGEST_PAUSE_MS)
    onWait(attempt, delayMs, cause)
    await deadline.pause(delayMs)
  }
}
