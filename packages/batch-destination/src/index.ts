export { DIAGNOSTICS, type LandedMessage, type MigratedMessage } from './diagnostics.ts'
export type {
  DeleteRecordMarker,
  DeleteStaleMarker,
  Marker,
  MigrateTableMarker,
  RowsEvent,
  SyncColumns,
  TableEvent,
} from './events/table-event.ts'
export { type TableEventSerializerOptions, tableEventSerializer } from './events/table-event-serializer.ts'
export type { DecodedRows, EncodedRows, TableFormat } from './format/table-format.ts'
export { jsonLines } from './json/json-lines.ts'
export type { Row } from './json/row-codec.ts'
export type { BatchDestination } from './landing/batch-destination.ts'
export { openBatchDestination } from './landing/open-batch-destination.ts'
export type { BatchDestinationOptions, DestinationStore } from './landing/options.ts'
export { describeTable, listTables, type TableDescription } from './schema/describe-table.ts'
export type { SchemaStore } from './schema/schema-log.ts'
export type { TableShape, TableVersion } from './schema/table-version.ts'
export {
  contentOfStream,
  rowStreamName,
  type StreamContent,
  schemaStreamName,
  type TableAddress,
} from './table-name.ts'
export { TableRows, type TableRowsOptions } from './view/table-rows.ts'
export { TableSet } from './view/table-set.ts'
