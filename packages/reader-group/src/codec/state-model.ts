import type { StateModel } from '@pravega-ts/synchronizer'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import { reduce } from '../state/reduce.ts'
import type { Compact, Init, ReaderGroupUpdate } from '../state/updates.ts'
import { decodeInitial, decodeUpdate, encodeInitial, encodeUpdate } from './update-bytes.ts'

/** The state of a reader group for a state synchronizer, in the bytes of Java members. */
export const readerGroupModel: StateModel<ReaderGroupState, Init | Compact, ReaderGroupUpdate> = {
  encodeInitial,
  decodeInitial,
  encodeUpdate,
  decodeUpdate,
  begin: (initial, previous) => reduce(previous, initial),
  apply: reduce,
}
