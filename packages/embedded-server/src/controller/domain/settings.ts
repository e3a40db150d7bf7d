import type { StreamSettings } from './stream-record.ts'

const MOST_TAGS = 127
const LONGEST_TAG = 255

/** Whether Pravega takes the configuration as an argument at all; what it does not look at is taken. */
export function isWellFormed(settings: StreamSettings): boolean {
  return (
    settings.rolloverSizeBytes >= 0n &&
    settings.tags.length <= MOST_TAGS &&
    settings.tags.every(tag => tag.length <= LONGEST_TAG)
  )
}

/** Most segments that a stream or table has at one time: a request for more would take the process down. */
export const MOST_SEGMENTS = 10_000

/** Whether a stream can have the configuration. Pravega leaves a half-made or stuck stream behind where it cannot. */
export function isPossible({ scaling }: StreamSettings): boolean {
  return scaling.minSegments > 0 && scaling.minSegments <= MOST_SEGMENTS
}

/** One segment that never scales: what internal streams have. */
export function fixedSettings(rolloverSizeBytes: bigint): StreamSettings {
  return {
    scaling: { type: 0, targetRate: 0, scaleFactor: 0, minSegments: 1 },
    tags: [],
    timestampAggregationTimeoutMs: 0n,
    rolloverSizeBytes,
  }
}
