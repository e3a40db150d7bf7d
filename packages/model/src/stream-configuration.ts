import { toInt64 } from './int64.ts'
import { invalid } from './refuse.ts'
import { RetentionPolicy } from './retention-policy.ts'
import { ScalingPolicy } from './scaling-policy.ts'

/** Settings of a stream. An update replaces all of them: what is left out goes back to its default. */
export interface StreamConfiguration {
  /** How many segments the stream has, and whether that changes with the load. */
  readonly scaling: ScalingPolicy
  /** Default: nothing is thrown away. */
  readonly retention?: RetentionPolicy | undefined
  /** At most 127 different tags of at most 255 characters. The order has no meaning. Default: none. */
  readonly tags?: readonly string[] | undefined
  /** Milliseconds for which a writer that stopped noting time still holds back the watermark. Default 0: not at all. */
  readonly timestampAggregationTimeoutMs?: bigint | undefined
  /** Size at which the segment store starts a new chunk in its long-term storage. Default 0: as the server is set. */
  readonly rolloverSizeBytes?: bigint | undefined
}

/** What {@link streamConfiguration} takes: everything may be left out, 64-bit numbers may be plain numbers. */
export interface StreamConfigurationOptions {
  /** Default `ScalingPolicy.fixed(1)`. */
  readonly scaling?: ScalingPolicy | undefined
  /** Default: nothing is thrown away. */
  readonly retention?: RetentionPolicy | undefined
  /** At most 127 different tags of 1 to 255 characters. Default: none. */
  readonly tags?: readonly string[] | undefined
  /** Milliseconds, at least 0. Default 0. */
  readonly timestampAggregationTimeoutMs?: number | bigint | undefined
  /** Bytes, at least 0. Default 0: as the server is set. */
  readonly rolloverSizeBytes?: number | bigint | undefined
}

/** Observed on Pravega 0.13; its messages speak of 128 and 256. */
const MOST_TAGS = 127
const LONGEST_TAG = 255

function checkTags(tags: readonly string[]): readonly string[] {
  const different = [...new Set(tags)]
  if (different.length > MOST_TAGS) {
    throw invalid('number of tags', different.length, `a stream has at most ${MOST_TAGS}`, 'Leave some out')
  }
  for (const tag of different) {
    if (typeof tag === 'string' && tag.length > 0 && tag.length <= LONGEST_TAG) continue
    throw invalid('tag', tag, `it does not have 1 to ${LONGEST_TAG} characters`, 'Shorten it or leave it out')
  }
  return Object.freeze(different)
}

/**
 * A checked stream configuration with its defaults filled in.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function streamConfiguration(options: StreamConfigurationOptions = {}): StreamConfiguration {
  const { scaling, retention, tags, timestampAggregationTimeoutMs, rolloverSizeBytes } = options
  return Object.freeze({
    scaling: scaling === undefined ? ScalingPolicy.fixed(1) : ScalingPolicy.validate(scaling),
    retention: retention === undefined ? undefined : RetentionPolicy.validate(retention),
    tags: checkTags(tags ?? []),
    timestampAggregationTimeoutMs: toInt64('timestampAggregationTimeoutMs', timestampAggregationTimeoutMs ?? 0, 0n),
    rolloverSizeBytes: toInt64('rolloverSizeBytes', rolloverSizeBytes ?? 0, 0n),
  })
}
