import type { MessageInitShape } from '@bufbuild/protobuf'
import type {
  RetentionPolicy_RetentionPolicyType,
  ScalingPolicy_ScalingPolicyType,
  ScopeInfo,
  SegmentIdSchema,
  SegmentRangeSchema,
  StreamConfig,
  StreamConfigSchema,
  StreamInfo,
} from '@pravega-ts/controller-client/generated'
import type { Cut, SegmentRecord, StreamSettings } from '../domain/stream-record.ts'

/** A cut as the wire has it: decimal segment ids. */
export type CutMessage = Record<string, bigint>

/** Names of a stream; empty where the message or a field is missing. */
export interface StreamNames {
  readonly scope: string
  readonly stream: string
}

export function streamOf(info: StreamInfo | undefined): StreamNames {
  return { scope: info?.scope ?? '', stream: info?.stream ?? '' }
}

export function scopeOf(info: ScopeInfo | undefined): string {
  return info?.scope ?? ''
}

export function cutOf(message: CutMessage): Cut {
  return new Map(Object.entries(message).map(([id, offset]) => [BigInt(id), offset]))
}

export function cutMessage(cut: Cut): CutMessage {
  return Object.fromEntries([...cut].map(([id, offset]) => [String(id), offset]))
}

export function segmentIdMessage(streamInfo: StreamNames, segmentId: bigint): MessageInitShape<typeof SegmentIdSchema> {
  return { streamInfo, segmentId }
}

export function rangeMessage(
  stream: StreamNames,
  { id, low, high }: SegmentRecord,
): MessageInitShape<typeof SegmentRangeSchema> {
  return { segmentId: segmentIdMessage(stream, id), minKey: low, maxKey: high }
}

export function settingsOf(config: StreamConfig): StreamSettings {
  const { scalingPolicy, retentionPolicy } = config
  const settings: StreamSettings = {
    scaling: {
      type: scalingPolicy?.scaleType ?? 0,
      targetRate: scalingPolicy?.targetRate ?? 0,
      scaleFactor: scalingPolicy?.scaleFactor ?? 0,
      minSegments: scalingPolicy?.minNumSegments ?? 0,
    },
    tags: [...new Set(config.tags?.tag)],
    timestampAggregationTimeoutMs: config.timestampAggregationTimeout,
    rolloverSizeBytes: config.rolloverSizeBytes,
  }
  if (retentionPolicy === undefined || retentionPolicy.retentionType === 0) return settings
  const { retentionType: type, retentionParam: min, retentionMax: max } = retentionPolicy
  return { ...settings, retention: { type, min, max } }
}

export function configMessage(
  streamInfo: StreamNames,
  settings: StreamSettings,
): MessageInitShape<typeof StreamConfigSchema> {
  const { scaling, retention, tags, timestampAggregationTimeoutMs, rolloverSizeBytes } = settings
  return {
    streamInfo,
    scalingPolicy: {
      scaleType: scaling.type as ScalingPolicy_ScalingPolicyType,
      targetRate: scaling.targetRate,
      scaleFactor: scaling.scaleFactor,
      minNumSegments: scaling.minSegments,
    },
    retentionPolicy: retention && {
      retentionType: retention.type as RetentionPolicy_RetentionPolicyType,
      retentionParam: retention.min,
      retentionMax: retention.max,
    },
    tags: { tag: [...tags] },
    timestampAggregationTimeout: timestampAggregationTimeoutMs,
    rolloverSizeBytes,
  }
}
