import type { KeyRange } from '@pravega-ts/model'
import type { GroupConfig } from './group-config.ts'
import type { Offsets, ReaderGroupState, SegmentName } from './reader-group-state.ts'

/** Key ranges by segment; a range that is not known is undefined. */
export type Ranges = ReadonlyMap<SegmentName, KeyRange | undefined>

/** How a group begins, or begins anew after a reset. */
export interface Init {
  readonly type: 'init'
  readonly config: GroupConfig
  readonly starts: Offsets
  readonly ends: Offsets
  readonly ranges: Ranges
  readonly updatingConfig: boolean
}

/** The whole state, so that the log before it can go. */
export interface Compact {
  readonly type: 'compact'
  readonly state: ReaderGroupState
}

/** Every change of a group's state. What each does: `reduce`. */
export type ReaderGroupUpdate =
  | Init
  | Compact
  | { readonly type: 'addReader'; readonly reader: string }
  | { readonly type: 'removeReader'; readonly reader: string; readonly offsets: Offsets }
  | { readonly type: 'releaseSegment'; readonly reader: string; readonly segment: SegmentName; readonly offset: bigint }
  | { readonly type: 'acquireSegment'; readonly reader: string; readonly segment: SegmentName }
  | {
      readonly type: 'updateDistanceToTail'
      readonly reader: string
      readonly lag: bigint
      readonly offsets: Offsets
      readonly ranges: Ranges
    }
  | {
      readonly type: 'segmentCompleted'
      readonly reader: string
      readonly segment: SegmentName
      /** The segments that follow, each with the ids of all that it follows. */
      readonly successors: ReadonlyMap<SegmentName, readonly bigint[]>
      readonly ranges: Ranges
    }
  | {
      readonly type: 'checkpointReader'
      readonly checkpoint: string
      readonly reader: string
      readonly positions: Offsets
    }
  | { readonly type: 'createCheckpoint'; readonly checkpoint: string }
  | { readonly type: 'clearCheckpointsBefore'; readonly checkpoint: string }
  | { readonly type: 'updateCheckpointPublished'; readonly published: boolean }
  | { readonly type: 'updatingConfig'; readonly updating: boolean }
  | { readonly type: 'removeOutstandingCheckpoints' }

/** The update of one type. */
export type UpdateOf<T extends ReaderGroupUpdate['type']> = Extract<ReaderGroupUpdate, { readonly type: T }>
