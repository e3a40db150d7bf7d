import type { GroupConfig } from '../state/group-config.ts'
import { lastCheckpointCuts, type StreamCuts } from '../state/positions.ts'
import type { Offsets, ReaderGroupState, SegmentName } from '../state/reader-group-state.ts'
import { type CheckpointReport, checkpointReports } from './checkpoint-calls.ts'
import type { StateStoreKind } from './other-kind.ts'

/** An offset that the group has recorded: reading goes on there when the reader dies. -1: read to the end. */
export interface RecordedPosition {
  /** `scope/stream/number.#epoch.epoch` */
  readonly segment: SegmentName
  readonly offset: bigint
}

/** A reader that is online. */
export interface ReaderDescription {
  readonly readerId: string
  readonly segments: readonly RecordedPosition[]
}

/** A segment that cannot be read yet. */
export interface FutureSegment {
  readonly segment: SegmentName
  /** Ids of the segments that must be read to their ends before. */
  readonly waitsFor: readonly bigint[]
}

/** A group as its members see it. */
export interface ReaderGroupDescription {
  readonly scope: string
  readonly name: string
  readonly stateStore: StateStoreKind
  readonly config: GroupConfig
  readonly readers: readonly ReaderDescription[]
  /** Segments that nobody reads at the moment. */
  readonly unassigned: readonly RecordedPosition[]
  readonly future: readonly FutureSegment[]
  /** Oldest first. */
  readonly checkpoints: readonly CheckpointReport[]
  /** Of the last complete checkpoint; undefined before the first one. */
  readonly lastCheckpoint: StreamCuts | undefined
  /** Somebody is in the middle of a reset. */
  readonly isBeingReset: boolean
}

export function describeState(
  { scope, name }: { readonly scope: string; readonly name: string },
  stateStore: StateStoreKind,
  state: ReaderGroupState,
): ReaderGroupDescription {
  return {
    scope,
    name,
    stateStore,
    config: state.config,
    readers: [...state.assigned].map(([readerId, owned]) => ({ readerId, segments: recorded(owned) })),
    unassigned: recorded(state.unassigned),
    future: [...state.future].map(([segment, predecessors]) => ({ segment, waitsFor: [...predecessors] })),
    checkpoints: checkpointReports(state),
    lastCheckpoint: lastCheckpointCuts(state),
    isBeingReset: state.updatingConfig,
  }
}

function recorded(offsets: Offsets): RecordedPosition[] {
  return [...offsets].map(([segment, offset]) => ({ segment, offset }))
}
