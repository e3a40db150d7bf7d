import { PravegaError } from '@pravega-ts/model'
import type { ReaderGroupUpdate } from '../state/updates.ts'

/** What is legal whatever others have written meanwhile. Anything else, written blindly, would make each member fail for good. */
const LEGAL_ANYWHERE: ReadonlySet<ReaderGroupUpdate['type']> = new Set([
  'removeReader',
  'updateDistanceToTail',
  'createCheckpoint',
  'clearCheckpointsBefore',
  'updateCheckpointPublished',
  'updatingConfig',
  'removeOutstandingCheckpoints',
])

/** @throws PravegaError `ILLEGAL_STATE_UPDATE` */
export function checkUnconditional(update: ReaderGroupUpdate): void {
  if (LEGAL_ANYWHERE.has(update.type)) return
  throw new PravegaError(
    'ILLEGAL_STATE_UPDATE',
    `The update ${update.type} depends on the state of the group. Write it with transact, which looks first`,
    { details: { type: update.type } },
  )
}
