export {
  type ConflictMessage,
  DIAGNOSTICS,
  type ReloadMessage,
  type TableReloadMessage,
  type TableWaitMessage,
} from './diagnostics.ts'
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
export { deleteTable, openTable } from './table/open-table.ts'
export { openTableSynchronizer } from './table/open-table-synchronizer.ts'
export type {
  KeyedValue,
  KeyRemoval,
  Table,
  TableOptions,
  TableScanOptions,
  ValuePut,
  Versioned,
  VersionedKey,
} from './table/table.ts'
export type { TableAddress } from './table/table-address.ts'
export {
  bytesCodec,
  type CborCodecOptions,
  cborCodec,
  jsonCodec,
  type TableCodec,
  utf8Codec,
} from './table/table-codec.ts'
export type {
  TableChanges,
  TableDecision,
  TableSynchronizer,
  TableSynchronizerOptions,
  TableValuePut,
  TableValueRemoval,
} from './table/table-synchronizer.ts'
export type { TableValue, TableView } from './table/table-view.ts'
