export type { ClusterCalls } from './cluster.ts'
export type { Controller } from './controller.ts'
export { type ControllerOptions, createController } from './create-controller.ts'
export { type CallEnded, type CallRetried, DIAGNOSTICS, type EndpointsChanged } from './diagnostics.ts'
export type {
  KeyValueTableCalls,
  KeyValueTableName,
  KeyValueTableSettings,
  StoredKeyValueTableSettings,
} from './key-value-tables.ts'
export type { SegmentWithRange } from './messages.ts'
export type { ListOptions } from './paging.ts'
export type {
  ReaderGroupIncarnation,
  ReaderGroupName,
  ReaderGroupRecord,
  ReaderGroupSettings,
  ReaderGroupStream,
  StoredReaderGroupSettings,
} from './reader-group.ts'
export type { ReaderGroupCalls } from './reader-groups.ts'
export type { ScaleStarted, ScalingCalls } from './scaling.ts'
export type { ScopeCalls } from './scopes.ts'
export type { SegmentCalls, SegmentOffset, SegmentsOptions, StreamSegments, Successor } from './segments.ts'
export type { StreamCalls } from './streams.ts'
export type { Access, TokenCalls } from './tokens.ts'
export type {
  CommitOptions,
  CompletedTransaction,
  OpenTransaction,
  TransactionCalls,
  TransactionState,
} from './transactions.ts'
export type { WatermarkCalls } from './watermarks.ts'
