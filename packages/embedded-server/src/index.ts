export type { Clock, RecurringWork, Scheduled } from './controller/index.ts'
export { EmbeddedServer } from './embedded-server.ts'
export type { EmbeddedServerOptions } from './embedded-server-options.ts'
export type { FailureName } from './faults/failure-named.ts'
export type {
  ByteCut,
  CommandFault,
  CommandNamed,
  ControllerFault,
  FaultRule,
  Faults,
  FaultTiming,
} from './faults/faults.ts'
export type { ServerTlsOptions } from './segment-store/wire-server.ts'
export { MemorySegmentStorage } from './storage/memory-segment-storage.ts'
export type {
  AttributeChange,
  SegmentStorage,
  StoredEntry,
  StoredPage,
  StoredProperties,
  StoredSegment,
  StoredSegmentOptions,
  StoredTable,
  StoredTableOptions,
  TableChange,
  TablePageLimit,
  TableRange,
} from './storage/segment-storage.ts'
export { TestClock } from './time/test-clock.ts'
