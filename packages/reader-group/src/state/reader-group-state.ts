import type { KeyRange } from '@pravega-ts/model'
import type { GroupConfig } from './group-config.ts'

/** `scope/stream/number.#epoch.epoch`: two segments are the same when their names are. */
export type SegmentName = string

/** Offsets by segment. */
export type Offsets = ReadonlyMap<SegmentName, bigint>

/** A checkpoint: readers that have not answered it yet, and the positions gathered so far. */
export interface CheckpointProgress {
  readonly id: string
  /** Empty: complete, or cancelled. */
  readonly waitingFor: ReadonlySet<string>
  /** Undefined: it was cancelled. */
  readonly positions: Offsets | undefined
}

/** All checkpoints of a group. */
export interface Checkpoints {
  /** In the order of their creation. */
  readonly list: readonly CheckpointProgress[]
  /** Positions of the last completed one that was not silent. */
  readonly last: Offsets | undefined
  /** Whether `last` was told to the controller, where retention follows consumption. */
  readonly published: boolean
}

/** What the members of a group share. Never changed in place. */
export interface ReaderGroupState {
  readonly config: GroupConfig
  /** Readers that are online, and what they own, at the offsets of acquiring or of the last checkpoint. */
  readonly assigned: ReadonlyMap<string, Offsets>
  readonly unassigned: Offsets
  /** Segments that wait for predecessors, by the ids of those. */
  readonly future: ReadonlyMap<SegmentName, ReadonlySet<bigint>>
  /** As Java counts it: wall clock minus the id of the last segment read. */
  readonly lag: ReadonlyMap<string, bigint>
  readonly lastRead: Offsets
  /** Where reading ends, for segments of the ending cuts. */
  readonly end: Offsets
  /** Of the segments above, where known. */
  readonly ranges: ReadonlyMap<SegmentName, KeyRange>
  readonly checkpoints: Checkpoints
  /** Somebody is in the middle of a reset. */
  readonly updatingConfig: boolean
}
