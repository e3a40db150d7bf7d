export type {
  AccountFile,
  AccountsOptions,
  DelegationTokenOptions,
  ListedAccounts,
  UserAccount,
} from './accounts/account-options.ts'
export { hashPassword } from './accounts/password-hash.ts'
export type { AutoScalingOptions } from './auto-scaling-options.ts'
export type { Clock, RecurringWork, Scheduled } from './controller/index.ts'
export { EmbeddedServer, type RestartOptions } from './embedded-server.ts'
export type { EmbeddedServerOptions } from './embedded-server-options.ts'
export type { FailureName } from './faults/failure-named.ts'
export type {
  ByteCut,
  CommandFault,
  CommandNamed,
  ControllerFault,
  DiskFault,
  DiskOperation,
  FaultRule,
  Faults,
  FaultTiming,
} from './faults/faults.ts'
export type { HttpOptions } from './observability/http-endpoint.ts'
export type { DataOptions, SyncPolicy } from './storage/disk/data-options.ts'
export type { RecoveryCut, RecoveryReport } from './storage/disk/recovery-report.ts'
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
export type { StorageCondition } from './storage-failure.ts'
export { TestClock } from './time/test-clock.ts'
export type { ServerTlsOptions, TlsFiles, TlsTexts } from './tls/tls-options.ts'
