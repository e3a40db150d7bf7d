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
export type { ListOptions, SegmentWithRange } from '@pravega-ts/controller-client'
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
export { ClientFactory, type ClientFactoryParts } from './client-factory.ts'
export type { StreamConfigurationChanges } from './configuration-changes.ts'
export type { SegmentInfoSource } from './segment-info-source.ts'
export type { StreamInfo, StreamSegmentInfo } from './stream-info.ts'
export { type DeleteScopeOptions, type DeleteStreamOptions, StreamManager } from './stream-manager.ts'
export type { ByteTarget, StreamTarget } from './targets.ts'
