import { type Deadline, PravegaError } from '@pravega-ts/model'
import type { TableSegment } from '@pravega-ts/segment-client'
import { delayAfter } from './retry-delay.ts'
import type { TableFollower } from './table-follower.ts'
import type { Transaction } from './transaction.ts'
import { outcomeOf } from './transaction-outcome.ts'

/**
 * Writes a transaction. Resolves to whether it was written; false: it never will be, and what is known may be old.
 *
 * @throws PravegaError with `details.outcome` `'unknown'` when an answer was lost and nobody can tell
 */
export async function commit(
  table: TableSegment,
  follower: TableFollower,
  transaction: Transaction,
  deadline: Deadline,
): Promise<boolean> {
  let lost: PravegaError | undefined
  deadline.check()
  for (let attempt = 1; ; attempt++) {
    const error = await put(table, follower, transaction, deadline)
    if (error === undefined) return true
    if (isRefusal(error)) {
      if (lost === undefined) return false
    } else if (isDoubtful(error)) {
      lost = error
    } else if (lost === undefined) {
      throw error
    } else {
      throw unknownOutcome(table, lost, error)
    }
    const outcome = await findOut(table, follower, transaction, lost, isRefusal(error), deadline)
    if (outcome !== 'open') return outcome === 'made'
    // Its conditions still hold. The same entries again can only take effect once.
    await deadline.pause(delayAfter(attempt)).catch(cause => {
      throw unknownOutcome(table, lost ?? error, cause)
    })
  }
}

async function put(
  table: TableSegment,
  follower: TableFollower,
  transaction: Transaction,
  deadline: Deadline,
): Promise<PravegaError | undefined> {
  try {
    follower.adopt(transaction, await table.put(transaction.puts, deadline.rest()))
    return undefined
  } catch (caught) {
    return PravegaError.from(caught)
  }
}

async function findOut(
  table: TableSegment,
  follower: TableFollower,
  transaction: Transaction,
  lost: PravegaError,
  wasRefused: boolean,
  deadline: Deadline,
): Promise<'made' | 'notMade' | 'open'> {
  try {
    await follower.refresh(deadline)
    let outcome = outcomeOf(transaction, follower.contents)
    if (outcome === 'open' && wasRefused) {
      // Something was removed, which changes do not show.
      await follower.load(deadline)
      outcome = outcomeOf(transaction, follower.contents)
    }
    if (outcome !== 'unknown') return outcome
  } catch (cause) {
    throw unknownOutcome(table, lost, cause)
  }
  throw unknownOutcome(table, lost)
}

function isRefusal(error: PravegaError): boolean {
  return PravegaError.is(error, 'TABLE_KEY_BAD_VERSION', 'TABLE_KEY_NOT_FOUND')
}

/** Whether a failure leaves open if the entries were written. */
function isDoubtful(error: PravegaError): boolean {
  return (
    error.retriable ||
    PravegaError.is(
      error,
      'CONNECTION_LOST',
      'RETRIES_EXHAUSTED',
      'DEADLINE_EXCEEDED',
      'ABORTED',
      'CLOSED',
      'PROTOCOL_VIOLATION',
      'INTERNAL',
    )
  )
}

function unknownOutcome(table: TableSegment, lost: PravegaError, then?: unknown): PravegaError {
  const later = then === undefined ? undefined : PravegaError.from(then)
  const why =
    later === undefined
      ? 'what it touches was changed since by a client that leaves no trace of earlier changes'
      : `looking for it failed: ${later.message}`
  const ended = PravegaError.is(later, 'DEADLINE_EXCEEDED', 'ABORTED', 'CLOSED') ? later.code : undefined
  return new PravegaError(
    ended ?? 'CONNECTION_LOST',
    `Whether a transaction on table ${table.segment} was written is unknown. Its answer was lost (${lost.message}), and ${why}. ` +
      'Look at the table and decide on what is there',
    { cause: lost, retriable: false, details: { outcome: 'unknown', segment: table.segment.toString() } },
  )
}
