export { freeFrameMemory } from '@pravega-ts/wire-protocol'
export { Acknowledgement } from './append/acknowledgement.ts'
export type { AppendBlock, UnackedBlock } from './append/append-block.ts'
export { LARGEST_APPEND } from './append/writer-limits.ts'
export { DIAGNOSTICS, type SessionMessage, type WaitMessage } from './diagnostics.ts'
export { toOffset } from './offset.ts'
export { ReadBudget } from './read/read-budget.ts'
export type { ReadResult, SegmentPiece } from './read/read-result.ts'
export type { SegmentInfo } from './segment-info.ts'
export { type SegmentReference, segmentName, type TransientSegment } from './segment-name.ts'
export type { ReadOptions, SegmentReader, SegmentReaderOptions } from './segment-reader.ts'
export { SegmentStore, type SegmentStoreOptions } from './segment-store.ts'
export type { AppendOptions, SegmentWriter, SegmentWriterOptions, SegmentWriterState } from './segment-writer.ts'
export type { AttributeCondition, CreateSegmentOptions, MergeOptions, Segments } from './segments.ts'
export type {
  CreateTableOptions,
  TableChangeOptions,
  TableDelta,
  TableEntry,
  TableInfo,
  TableIterationOptions,
  TableKey,
  TablePut,
  TableRemoval,
  TableSegment,
  VersionCondition,
} from './table/table-segment.ts'
