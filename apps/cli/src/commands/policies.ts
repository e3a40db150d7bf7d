import type { StreamConfigurationChanges } from '@pravega-ts/client'
import { RetentionPolicy, ScalingPolicy, type StreamConfiguration } from '@pravega-ts/model'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { count, humanDuration, humanSize } from '../human.ts'

/** The settings of a stream, as flags. */
export interface PolicyFlags {
  readonly segments?: number
  readonly scaleByEvents?: number
  readonly scaleByData?: number
  readonly scaleFactor?: number
  readonly retainTime?: number
  readonly retainTimeMax?: number
  readonly retainSize?: bigint
  readonly retainSizeMax?: bigint
  readonly tag?: readonly string[]
  readonly timestampAggregationTimeout?: number
  readonly rolloverSize?: bigint
}

const DEFAULT_SCALE_FACTOR = 2
const UNLIMITED = 2n ** 63n - 1n

/** What the flags ask for; what no flag names is left out. `present` fills the gaps of a policy that is changed in part. */
export function changesFrom(flags: PolicyFlags, present?: StreamConfiguration): StreamConfigurationChanges {
  return {
    scaling: scalingFrom(flags, present?.scaling),
    retention: retentionFrom(flags, present?.retention),
    // The parser makes an empty list of a flag that is not given.
    tags: flags.tag === undefined || flags.tag.length === 0 ? undefined : flags.tag,
    timestampAggregationTimeoutMs: flags.timestampAggregationTimeout,
    rolloverSizeBytes: flags.rolloverSize,
  }
}

function scalingFrom(flags: PolicyFlags, present: ScalingPolicy | undefined): ScalingPolicy | undefined {
  const { segments, scaleByEvents, scaleByData, scaleFactor } = flags
  if (scaleByEvents !== undefined && scaleByData !== undefined) {
    throw usage('--scale-by-events and --scale-by-data exclude each other; give one of them.')
  }
  const before = present ?? ScalingPolicy.fixed(1)
  const least = segments ?? (before.type === 'fixed' ? before.segments : before.minSegments)
  const factor = scaleFactor ?? (before.type === 'fixed' ? DEFAULT_SCALE_FACTOR : before.scaleFactor)
  if (scaleByEvents !== undefined) return ScalingPolicy.byEventRate(scaleByEvents, factor, least)
  if (scaleByData !== undefined) return ScalingPolicy.byDataRate(scaleByData, factor, least)
  if (segments === undefined && scaleFactor === undefined) return undefined
  if (before.type === 'byEventRate') return ScalingPolicy.byEventRate(before.targetEventsPerSecond, factor, least)
  if (before.type === 'byDataRate') return ScalingPolicy.byDataRate(before.targetKBps, factor, least)
  if (scaleFactor !== undefined) throw usage('--scale-factor needs --scale-by-events or --scale-by-data.')
  return ScalingPolicy.fixed(least)
}

function retentionFrom(flags: PolicyFlags, present: RetentionPolicy | undefined): RetentionPolicy | undefined {
  const { retainTime, retainTimeMax, retainSize, retainSizeMax } = flags
  const byTime = retainTime !== undefined || retainTimeMax !== undefined
  const bySize = retainSize !== undefined || retainSizeMax !== undefined
  if (byTime && bySize) throw usage('a stream keeps data by time or by size; give --retain-time or --retain-size.')
  if (byTime) {
    const before = present?.type === 'byTime' ? present : undefined
    const least = retainTime ?? before?.minMs
    if (least === undefined) throw usage('--retain-time-max needs --retain-time.')
    return RetentionPolicy.byTime(least, retainTimeMax ?? before?.maxMs)
  }
  if (bySize) {
    const before = present?.type === 'bySize' ? present : undefined
    const least = retainSize ?? before?.minBytes
    if (least === undefined) throw usage('--retain-size-max needs --retain-size.')
    return RetentionPolicy.bySize(least, retainSizeMax ?? before?.maxBytes)
  }
  return undefined
}

function usage(message: string): CliError {
  return new CliError('USAGE', EXIT.usage, message)
}

export function scalingText(scaling: ScalingPolicy): string {
  switch (scaling.type) {
    case 'fixed':
      return `fixed at ${count(scaling.segments, 'segment')}`
    case 'byEventRate':
      return `at ${scaling.targetEventsPerSecond} events/s per segment by ${scaling.scaleFactor}, at least ${count(scaling.minSegments, 'segment')}`
    case 'byDataRate':
      return `at ${scaling.targetKBps} KB/s per segment by ${scaling.scaleFactor}, at least ${count(scaling.minSegments, 'segment')}`
  }
}

export function retentionText(retention: RetentionPolicy | undefined): string {
  if (retention === undefined) return 'everything is kept'
  if (retention.type === 'byTime') {
    return bounds(humanDuration(Number(retention.minMs)), retention.maxMs, max => humanDuration(Number(max)))
  }
  return bounds(humanSize(retention.minBytes), retention.maxBytes, humanSize)
}

function bounds(least: string, most: bigint, show: (most: bigint) => string): string {
  return most === UNLIMITED ? `at least ${least}` : `at least ${least}, at most ${show(most)}`
}
