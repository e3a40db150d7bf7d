export { type ConflictMessage, DIAGNOSTICS, type ReloadMessage } from './diagnostics.ts'
export { openRevisionedStream } from './open-revisioned-stream.ts'
export { openStateSynchronizer } from './open-state-synchronizer.ts'
export { Revision } from './revision.ts'
export type {
  RevisionedCodec,
  RevisionedStream,
  RevisionedValue,
  SynchronizerOptions,
  SynchronizerTarget,
} from './revisioned-stream.ts'
export type { StateDecision, StateModel, StateSynchronizer } from './state-synchronizer.ts'
export type { SynchronizerStore } from './synchronizer-store.ts'
