export type { ReaderGroupStore } from './reader-group-store.ts'
export type { GroupConfig } from './state/group-config.ts'
export type {
  CheckpointProgress,
  Checkpoints,
  Offsets,
  ReaderGroupState,
  SegmentName,
} from './state/reader-group-state.ts'
export type { Compact, Init, Ranges, ReaderGroupUpdate } from './state/updates.ts'
export { MemoryGroup, memoryStore } from './stores/memory-store.ts'
export type { Decision, StateStore, StoreFeatures } from './stores/state-store.ts'
