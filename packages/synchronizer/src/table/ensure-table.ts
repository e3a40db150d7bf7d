import { type Deadline, PravegaError } from '@pravega-ts/model'
import type { TableSegment } from '@pravega-ts/segment-client'
import { pause } from './pause.ts'

const LONGEST_PAUSE_MS = 2000

/**
 * Makes the table if there is none. A server that is still busy deleting a table of this name says that it exists, and that it does not:
 * that is waited for.
 */
export async function ensureTable(table: TableSegment, deadline: Deadline): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    if (await table.create({}, deadline.rest())) return
    try {
      await table.info(deadline.rest())
      return
    } catch (error) {
      if (!PravegaError.is(error, 'NO_SUCH_SEGMENT')) throw error
    }
    await pause(Math.min(LONGEST_PAUSE_MS, 10 * 2 ** attempt), deadline)
  }
}
