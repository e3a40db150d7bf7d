import {
  type RetentionPolicy,
  type ScalingPolicy,
  type StreamConfiguration,
  streamConfiguration,
} from '@pravega-ts/model'

/** What to change in the settings of a stream. A setting that is left out (or `undefined`) stays as it is. */
export interface StreamConfigurationChanges {
  readonly scaling?: ScalingPolicy | undefined
  /** `null`: nothing is thrown away any more. */
  readonly retention?: RetentionPolicy | null | undefined
  /** The new tags, all of them; an empty list removes them. */
  readonly tags?: readonly string[] | undefined
  readonly addTags?: readonly string[] | undefined
  readonly removeTags?: readonly string[] | undefined
  /** Milliseconds. */
  readonly timestampAggregationTimeoutMs?: number | bigint | undefined
  /** Bytes; 0: as the server is set. */
  readonly rolloverSizeBytes?: number | bigint | undefined
}

/**
 * The whole configuration after the changes. A server replaces all settings at an update, so what is not sent is lost.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function applyChanges(
  configuration: StreamConfiguration,
  changes: StreamConfigurationChanges,
): StreamConfiguration {
  const { scaling, retention, timestampAggregationTimeoutMs, rolloverSizeBytes } = changes
  return streamConfiguration({
    scaling: scaling ?? configuration.scaling,
    retention: retention === null ? undefined : (retention ?? configuration.retention),
    tags: changedTags(configuration.tags ?? [], changes),
    timestampAggregationTimeoutMs: timestampAggregationTimeoutMs ?? configuration.timestampAggregationTimeoutMs,
    rolloverSizeBytes: rolloverSizeBytes ?? configuration.rolloverSizeBytes,
  })
}

function changedTags(tags: readonly string[], changes: StreamConfigurationChanges): readonly string[] {
  const removed = new Set(changes.removeTags)
  const kept = (changes.tags ?? tags).filter(tag => !removed.has(tag))
  return [...new Set([...kept, ...(changes.addTags ?? [])])]
}
