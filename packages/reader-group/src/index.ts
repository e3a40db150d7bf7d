export { Checkpoint } from './codec/checkpoint.ts'
export { ReaderPosition } from './codec/reader-position.ts'
export { readerGroupModel } from './codec/state-model.ts'
export { decodeInitial, decodeUpdate, encodeInitial, encodeUpdate } from './codec/update-bytes.ts'
export { decodeWatermark, encodeWatermark, type Watermark, type WatermarkPosition } from './codec/watermark.ts'
export { DIAGNOSTICS, type GroupWaitMessage, type GroupWarningMessage, type ReaderMessage } from './diagnostics.ts'
export type { CheckpointReport } from './group/checkpoint-calls.ts'
export { type CreatedReaderGroup, createReaderGroup, type ReaderGroupOptions } from './group/create-group.ts'
export { deleteReaderGroup } from './group/delete-group.ts'
export type {
  FutureSegment,
  ReaderDescription,
  ReaderGroupDescription,
  RecordedPosition,
} from './group/description.ts'
export type { GroupEnd, GroupStart, GroupStream, ReaderGroupConfigOptions } from './group/group-config-options.ts'
export type { GroupContext } from './group/group-context.ts'
export { listReaderGroups } from './group/list-groups.ts'
export { explainMissingSegment } from './group/missing-segment.ts'
export type { GroupNotice } from './group/notices.ts'
export { type OpenReaderGroupOptions, openReaderGroup } from './group/open-group.ts'
export type { StateStoreKind } from './group/other-kind.ts'
export { type GroupReaderOptions, ReaderGroup } from './group/reader-group.ts'
export { settleReset } from './group/reset.ts'
export type {
  BatchIterationOptions,
  EventIterationOptions,
  EventReader,
  IterationOptions,
} from './reader/event-reader.ts'
export type { EventReaderOptions, EventReaderParts } from './reader/event-reader-options.ts'
export { openEventReader } from './reader/open-event-reader.ts'
export type { Alarm, ReaderClock } from './reader/reader-clock.ts'
export type { ReaderItem } from './reader/reader-item.ts'
export type { ReaderSlice } from './reader/reader-slice.ts'
export type { ReaderGroupStore } from './reader-group-store.ts'
export {
  acquireDelayMs,
  countToAcquire,
  isOnline,
  lagAt,
  lagUpdateDelayMs,
  onlineReaders,
  ownedBy,
  rankOf,
  relativeSizes,
  releaseDelayMs,
  segmentCount,
  segmentsToAcquire,
  segmentToRelease,
} from './state/assignment.ts'
export {
  type CheckpointStatus,
  checkpointStatus,
  hasOngoingCheckpoint,
  isComplete,
  isSilent,
  lateReaders,
  outstandingCheckpoints,
  pendingCheckpoint,
  SILENT,
} from './state/checkpoint-queries.ts'
export { compactionOf } from './state/compaction.ts'
export type { GroupConfig } from './state/group-config.ts'
export {
  cutsOf,
  isEndOfData,
  lastCheckpointCuts,
  positionsOf,
  recordedPositions,
  type StreamCuts,
  streamCutsOf,
  unreadPositions,
} from './state/positions.ts'
export type {
  CheckpointProgress,
  Checkpoints,
  Offsets,
  ReaderGroupState,
  SegmentName,
} from './state/reader-group-state.ts'
export { reduce } from './state/reduce.ts'
export type { Compact, Init, Ranges, ReaderGroupUpdate, UpdateOf } from './state/updates.ts'
export { type LogStoreOptions, logStore } from './stores/log-store.ts'
export { MemoryGroup, memoryStore } from './stores/memory-store.ts'
export type { Decision, StateStore, StoreFeatures } from './stores/state-store.ts'
export { tableStore } from './stores/table-store.ts'
export { type TimeWindow, timeWindow } from './time/time-window.ts'
