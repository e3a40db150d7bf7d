import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import {
  type Endpoint,
  type KeyRange,
  PravegaError,
  type RetentionPolicy,
  type ScalingPolicy,
  ScopedSegment,
  ScopedStream,
  type StreamConfiguration,
  type StreamConfigurationOptions,
  StreamCut,
  streamConfiguration,
  uuidFromHalves,
  uuidToHalves,
} from '@pravega-ts/model'
import type {
  NodeUri,
  RetentionPolicySchema,
  ScalingPolicySchema,
  SegmentId,
  SegmentRange,
  StreamConfigSchema,
  StreamCutSchema,
  StreamInfo,
  StreamInfoSchema,
  TxnIdSchema,
} from './generated/index.ts'
import { RetentionPolicy_RetentionPolicyType, ScalingPolicy_ScalingPolicyType } from './generated/index.ts'

// Model types to messages and back.

/** A segment with the part of the routing-key space that it takes. */
export interface SegmentWithRange {
  readonly segment: ScopedSegment
  /** The bounds bit for bit as the controller sent them: a scale request has to repeat them exactly. */
  readonly range: KeyRange
}

/** The error for an answer that does not make sense. */
export function nonsense(what: string): PravegaError {
  return new PravegaError(
    'PROTOCOL_VIOLATION',
    `The controller answered with ${what}. Check that the address is a Pravega controller's.`,
  )
}

/** A message-typed field that an answer must have. */
export function present<T>(field: T | undefined, what: string): T {
  if (field === undefined) throw nonsense(`no ${what}`)
  return field
}

/** Something of the model made from an answer; what the model refuses is the controller's fault then, not the caller's. */
function received<T>(make: () => T): T {
  try {
    return make()
  } catch (cause) {
    throw nonsense(`something impossible: ${cause instanceof Error ? cause.message : cause}`)
  }
}

export function streamInfo({
  scope,
  stream,
}: {
  scope: string
  stream: string
}): MessageInitShape<typeof StreamInfoSchema> {
  return { scope, stream }
}

export function streamOf(info: StreamInfo | undefined): ScopedStream {
  const { scope, stream } = present(info, 'stream')
  return received(() => new ScopedStream(scope, stream))
}

export function segmentOf(id: SegmentId | undefined, transactionId?: string): ScopedSegment {
  const { streamInfo: info, segmentId } = present(id, 'segment')
  const { scope, stream } = present(info, 'stream of a segment')
  return received(() => new ScopedSegment(scope, stream, segmentId, transactionId))
}

export function rangeOf({ minKey, maxKey }: SegmentRange): KeyRange {
  if (!(minKey >= 0 && minKey < maxKey && maxKey <= 1)) throw nonsense(`the key range ${minKey} to ${maxKey}`)
  return { low: minKey, high: maxKey }
}

/** By ascending range. */
export function segmentsOf(ranges: readonly SegmentRange[], transactionId?: string): readonly SegmentWithRange[] {
  return ranges
    .map(range => ({ segment: segmentOf(range.segmentId, transactionId), range: rangeOf(range) }))
    .sort((a, b) => a.range.low - b.range.low)
}

export function endpointOf({ endpoint, port }: NodeUri): Endpoint {
  if (endpoint === '' || port < 1 || port > 65_535) throw nonsense(`the endpoint "${endpoint}:${port}"`)
  // Servers put an IPv6 address in brackets or not.
  return { host: endpoint.replace(/^\[(.*)\]$/, '$1'), port }
}

/** Positions as the generated code has them: an object whose keys are decimal segment ids. */
export function positionsTo(positions: ReadonlyMap<bigint, bigint>): Record<string, bigint> {
  return Object.fromEntries([...positions].map(([id, offset]) => [id.toString(), offset]))
}

export function cutTo(cut: StreamCut): MessageInitShape<typeof StreamCutSchema> {
  return { streamInfo: streamInfo(cut.stream), cut: positionsTo(cut.positions) }
}

/** The cut in a message; unbounded when it is empty. */
export function cutOf({ streamInfo: info, cut }: MessageShape<typeof StreamCutSchema>): StreamCut {
  const positions = Object.entries(cut).map(([id, offset]) => [BigInt(id), offset] as const)
  if (positions.length === 0) return StreamCut.UNBOUNDED
  const stream = streamOf(info)
  return received(() => new StreamCut(stream, positions))
}

export function transactionIdTo(id: string): MessageInitShape<typeof TxnIdSchema> {
  const { high, low } = uuidToHalves(id)
  return { highBits: high, lowBits: low }
}

export function transactionIdOf(id: MessageShape<typeof TxnIdSchema> | undefined): string {
  const { highBits, lowBits } = present(id, 'transaction id')
  return uuidFromHalves(highBits, lowBits)
}

/** The whole configuration: servers clear what an update leaves out, and one without scaling policy blocks the stream. */
export function configurationTo(
  stream: ScopedStream,
  options: StreamConfigurationOptions,
): MessageInitShape<typeof StreamConfigSchema> {
  const checked = streamConfiguration(options)
  const { scaling, retention, tags = [] } = checked
  return {
    streamInfo: streamInfo(stream),
    scalingPolicy: scalingTo(scaling),
    ...(retention && { retentionPolicy: retentionTo(retention) }),
    ...(tags.length > 0 && { tags: { tag: [...tags] } }),
    timestampAggregationTimeout: checked.timestampAggregationTimeoutMs ?? 0n,
    rolloverSizeBytes: checked.rolloverSizeBytes ?? 0n,
  }
}

/** Not checked as a caller's would be: servers store what other clients sent, negative limits included. */
export function configurationOf(config: MessageShape<typeof StreamConfigSchema>): StreamConfiguration {
  return Object.freeze({
    scaling: scalingOf(present(config.scalingPolicy, 'scaling policy')),
    retention: config.retentionPolicy && retentionOf(config.retentionPolicy),
    tags: Object.freeze([...(config.tags?.tag ?? [])]),
    timestampAggregationTimeoutMs: config.timestampAggregationTimeout,
    rolloverSizeBytes: config.rolloverSizeBytes,
  })
}

const Scale = ScalingPolicy_ScalingPolicyType
const Retain = RetentionPolicy_RetentionPolicyType

function scalingTo(policy: ScalingPolicy): MessageInitShape<typeof ScalingPolicySchema> {
  switch (policy.type) {
    case 'fixed':
      return { scaleType: Scale.FIXED_NUM_SEGMENTS, minNumSegments: policy.segments }
    case 'byDataRate': {
      const { targetKBps: targetRate, scaleFactor, minSegments: minNumSegments } = policy
      return { scaleType: Scale.BY_RATE_IN_KBYTES_PER_SEC, targetRate, scaleFactor, minNumSegments }
    }
    case 'byEventRate': {
      const { targetEventsPerSecond: targetRate, scaleFactor, minSegments: minNumSegments } = policy
      return { scaleType: Scale.BY_RATE_IN_EVENTS_PER_SEC, targetRate, scaleFactor, minNumSegments }
    }
  }
}

function scalingOf(policy: MessageShape<typeof ScalingPolicySchema>): ScalingPolicy {
  const { scaleType, targetRate, scaleFactor, minNumSegments } = policy
  switch (scaleType) {
    case Scale.FIXED_NUM_SEGMENTS:
      return Object.freeze({ type: 'fixed', segments: minNumSegments })
    case Scale.BY_RATE_IN_KBYTES_PER_SEC:
      return Object.freeze({ type: 'byDataRate', targetKBps: targetRate, scaleFactor, minSegments: minNumSegments })
    case Scale.BY_RATE_IN_EVENTS_PER_SEC:
      return Object.freeze({
        type: 'byEventRate',
        targetEventsPerSecond: targetRate,
        scaleFactor,
        minSegments: minNumSegments,
      })
    default:
      throw nonsense(`the scaling type ${scaleType}, which this client does not know`)
  }
}

function retentionTo(policy: RetentionPolicy): MessageInitShape<typeof RetentionPolicySchema> {
  return policy.type === 'byTime'
    ? { retentionType: Retain.TIME, retentionParam: policy.minMs, retentionMax: policy.maxMs }
    : { retentionType: Retain.SIZE, retentionParam: policy.minBytes, retentionMax: policy.maxBytes }
}

function retentionOf(policy: MessageShape<typeof RetentionPolicySchema>): RetentionPolicy | undefined {
  const { retentionType, retentionParam: least, retentionMax: most } = policy
  switch (retentionType) {
    case Retain.UNKNOWN:
      return undefined
    case Retain.TIME:
      return Object.freeze({ type: 'byTime', minMs: least, maxMs: most })
    case Retain.SIZE:
      return Object.freeze({ type: 'bySize', minBytes: least, maxBytes: most })
    default:
      throw nonsense(`the retention type ${retentionType}, which this client does not know`)
  }
}
