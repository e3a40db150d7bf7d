export type { BatchStream, StreamingBatchClient, TableBatch } from './client.ts'
export type { Clock } from './clock.ts'
export { type BatchReport, DIAGNOSTICS, type EndReason } from './diagnostics.ts'
export {
  BatchWriterError,
  type BatchWriterErrorCode,
  type BatchWriterErrorOptions,
  type BatchWriterFault,
} from './errors.ts'
export { dummyHandler, notImplemented } from './handlers.ts'
export type {
  Column,
  DeleteRecord,
  DeleteStale,
  Insert,
  Kind,
  MigrateTable,
  Predicate,
  PredicateGroup,
  RelatedTable,
  TableSchema,
  WriteMessage,
} from './messages/messages.ts'
export type { BatchLogger, StreamingBatchWriterOptions } from './options.ts'
export { arrayRowsOf, byteRows, objectRows } from './rows/array-rows.ts'
export type { RowFormat } from './rows/row-format.ts'
export { sizeOfValue } from './rows/value-size.ts'
export type { WriteInput } from './run/feed.ts'
export type { CloseSessionOptions, WriteSession } from './session.ts'
export { StreamingBatchWriter, type WriteOptions } from './streaming-batch-writer.ts'
export type { RowCounts, WriteSummary } from './summary.ts'
export { BatchFailure, type FailurePlace, WriteError } from './write-error.ts'
