import { type Deadline, PravegaError } from '@pravega-ts/model'
import type { TableSegment } from '@pravega-ts/segment-client'
import { tableWaitChannel } from '../diagnostics.ts'

/**
 * Servers of release 0.13 forget a deleted table only after it was left alone for a while: asked every 20 s they never did, every
 * 45 s after 135 s, once after 75 s at once.
 */
const QUIET_MS = 75_000

/**
 * Makes the table if there is none. A server that has not forgotten a deleted table of this name says that it exists, and that it does
 * not: that is waited for, if there is time.
 *
 * @param quietMs - Milliseconds to leave such a server alone.
 * @throws PravegaError `UNAVAILABLE` when there is no time
 */
export async function ensureTable(table: TableSegment, deadline: Deadline, quietMs: number = QUIET_MS): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    if (await table.create({}, deadline.rest())) return
    try {
      await table.info(deadline.rest())
      return
    } catch (error) {
      if (!PravegaError.is(error, 'NO_SUCH_SEGMENT')) throw error
      // Once it may have been deleted just now, between the two questions.
      if (attempt === 1) continue
      if (deadline.remainingMs < quietMs) throw stillDeleted(table, quietMs, error)
    }
    const segment = table.segment.toString()
    tableWaitChannel.publish({ segment, waitsFor: 'its server to forget a deleted table', delayMs: quietMs })
    await deadline.pause(quietMs)
  }
}

function stillDeleted(table: TableSegment, quietMs: number, cause: unknown): PravegaError {
  const seconds = Math.ceil(quietMs / 1000)
  return new PravegaError(
    'UNAVAILABLE',
    `Table ${table.segment} cannot be made: its server has not yet forgotten a deleted table of this name. Leave it alone for ${seconds} s ` +
      '(each question makes it take longer) or give the call more time than that, or use another name',
    { cause, retriable: false, details: { segment: table.segment.toString(), quietMs } },
  )
}
