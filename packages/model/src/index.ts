export type { CallOptions, CloseOptions } from './call-options.ts'
export { CompactReader, CompactWriter } from './compact-numbers.ts'
export { abortedError, Deadline } from './deadline.ts'
export { diagnosticsChannel } from './diagnostics-channel.ts'
export { type Endpoint, formatEndpoint, parseEndpoint } from './endpoint.ts'
export { type ErrorCode, PravegaError, type PravegaErrorOptions } from './errors.ts'
export { inParallel } from './in-parallel.ts'
export { javaStringHash } from './java-string-hash.ts'
export {
  FULL_KEY_RANGE,
  type KeyRange,
  keyRange,
  keyRangeContains,
  keyRangesOverlap,
  splitKeyRange,
} from './key-range.ts'
export { KeyRangeIndex } from './key-range-index.ts'
export { modifiedUtf8Length, readModifiedUtf8, writeModifiedUtf8 } from './modified-utf8.ts'
export {
  isInternalName,
  keyValueTableSegmentOwner,
  readerGroupStreamName,
  SYSTEM_SCOPE,
  validateInternalScopeName,
  validateInternalStreamName,
  validateKeyValueTableName,
  validateReaderGroupName,
  validateReaderId,
  validateScopeName,
  validateServedStreamName,
  validateStreamName,
  validateWriterId,
  watermarkStreamName,
} from './names.ts'
export { type RetentionPolicies, RetentionPolicy } from './retention-policy.ts'
export { routingKeyPosition, textPosition } from './routing-key.ts'
export { type ScalingPolicies, ScalingPolicy } from './scaling-policy.ts'
export { ScopedSegment } from './scoped-segment.ts'
export { ScopedStream } from './scoped-stream.ts'
export { makeSegmentId, segmentEpoch, segmentNumber } from './segment-id.ts'
export {
  type StreamConfiguration,
  type StreamConfigurationOptions,
  streamConfiguration,
} from './stream-configuration.ts'
export { StreamCut, UNBOUNDED } from './stream-cut.ts'
export { newWriterId, parseUuid, transactionEpoch, uuidFromHalves, uuidToHalves, type WriterId } from './uuid.ts'
