import { PravegaError } from '@pravega-ts/model'
import type { SegmentName } from './reader-group-state.ts'
import type { ReaderGroupUpdate } from './updates.ts'

/** The error for an update that does not fit the state; every member would fail on it, so it must not be written. */
export function illegal(
  update: ReaderGroupUpdate['type'],
  problem: string,
  details: { readonly reader?: string; readonly segment?: SegmentName; readonly checkpoint?: string } = {},
): PravegaError {
  return new PravegaError(
    'ILLEGAL_STATE_UPDATE',
    `The update ${update} does not fit the state of the reader group: ${problem}. Look at the state again and decide anew`,
    { details: { update, ...details } },
  )
}
