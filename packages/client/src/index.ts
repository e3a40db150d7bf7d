export type {
  ByteReader,
  ByteReaderOptions,
  ByteWriter,
  ByteWriterOptions,
} from '@pravega-ts/byte-client'
export {
  basicCredentials,
  bearerCredentials,
  type ClientConfig,
  type ClientConfigOptions,
  type Credentials,
  credentialsFrom,
  keycloakCredentials,
  type Logger,
} from '@pravega-ts/config'
export type { ListOptions, ReaderGroupName, SegmentWithRange } from '@pravega-ts/controller-client'
export {
  bytesSerializer,
  EventPointer,
  type EventWriter,
  type EventWriterOptions,
  jsonSerializer,
  type KeyedEvent,
  type ReceivedEvent,
  type Serializer,
  schemaSerializer,
  utf8Serializer,
  type WriteEventOptions,
} from '@pravega-ts/event-client'
export {
  type CallOptions,
  type CloseOptions,
  type ErrorCode,
  type KeyRange,
  PravegaError,
  RetentionPolicy,
  ScalingPolicy,
  ScopedSegment,
  ScopedStream,
  type StreamConfiguration,
  type StreamConfigurationOptions,
  StreamCut,
} from '@pravega-ts/model'
export {
  Checkpoint,
  type CheckpointReport,
  type EventIterationOptions,
  type EventReader,
  type EventReaderOptions,
  type GroupConfig,
  type GroupEnd,
  type GroupNotice,
  type GroupReaderOptions,
  type GroupStart,
  type GroupStream,
  type IterationOptions,
  type OpenReaderGroupOptions,
  type ReaderGroup,
  type ReaderGroupConfigOptions,
  type ReaderGroupDescription,
  type ReaderGroupOptions,
  type ReaderItem,
  ReaderPosition,
  type ReaderSlice,
  type StreamCuts,
  type TimeWindow,
} from '@pravega-ts/reader-group'
export {
  bytesCodec,
  cborCodec,
  jsonCodec,
  Revision,
  type RevisionedCodec,
  type RevisionedStream,
  type StateModel,
  type StateSynchronizer,
  type SynchronizerOptions,
  type Table,
  type TableAddress,
  type TableCodec,
  type TableOptions,
  type TableSynchronizer,
  type TableSynchronizerOptions,
  utf8Codec,
} from '@pravega-ts/synchronizer'
export type {
  BeginOptions,
  CommitTransactionOptions,
  Transaction,
  TransactionalEventWriter,
  TransactionalEventWriterOptions,
  TransactionStateTag,
  TransactionStatus,
} from '@pravega-ts/transactions'
export { ClientFactory, type ClientFactoryParts } from './client-factory.ts'
export type { StreamConfigurationChanges } from './configuration-changes.ts'
export type { SegmentInfoSource } from './segment-info-source.ts'
export type { StreamInfo, StreamSegmentInfo } from './stream-info.ts'
export { type DeleteScopeOptions, type DeleteStreamOptions, StreamManager } from './stream-manager.ts'
export type { ByteTarget, GroupTarget, StreamTarget } from './targets.ts'
