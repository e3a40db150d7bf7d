import type { KeyRange } from '@pravega-ts/model'
import type { GroupConfig } from './group-config.ts'

/** `scope/stream/number.#epoch.epoch`: two segments are the same when their names are. */
export type SegmentName = string

/** Offsets by segment. */
export type Offsets = ReadonlyMap<SegmentName, bigint>

/** A checkpoint: readers that have not answered it yet, and the positions gathered so far. */
export interface CheckpointProgress {
  readonly id: string
  readonly waitingFor: ReadonlySet<string>
  readonly positions: Offsets
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

/** What the members of a group share. Never changed in place. Facts: reader-groups.md 2.8. */
export interface ReaderGroupState {
  readonly config: GroupConfig
  /** Readers that are online, and what they own. */
  readonly assigned: ReadonlyMap<string, Offsets>
  readonly unassigned: Offsets
  /** Segments that wait for predecessors, by the ids of those. */
  readonly future: ReadonlyMap<SegmentName, ReadonlySet<bigint>>
  /** As Java counts it: wall clock minus the id of the last segment read. */
  readonly lag: ReadonlyMap<string, bigint>
  readonly lastRead: Offsets
  /** Where reading ends, for segments of the ending cuts. */
  readonly end: Offsets
  readonly ranges: ReadonlyMap<SegmentName, KeyRange>
  readonly checkpoints: Checkpoints
  /** Somebody is in the middle of a reset. */
  readonly updatingConfig: boolean
}
