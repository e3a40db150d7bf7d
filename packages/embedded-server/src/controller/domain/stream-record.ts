import type { KeyRange } from '@pravega-ts/model'

/** A segment as an epoch knows it: its id and the part of the key space that it takes. */
export interface SegmentRecord extends KeyRange {
  /** Creation epoch in the high 32 bits, number in the low 32 bits. */
  readonly id: bigint
}

/** The segments between two scales. They cover the key space from 0 to 1 without overlap. */
export interface EpochRecord {
  readonly epoch: number
  /** The epoch itself, except for the duplicates that rolling transactions make. */
  readonly referenceEpoch: number
  /** Unix time in milliseconds, later than that of the epoch before. */
  readonly createdAt: number
  /** Ascending by range. */
  readonly segments: readonly SegmentRecord[]
}

/** Segment id to offset; -1 is a segment that the cut has not reached yet. */
export type Cut = ReadonlyMap<bigint, bigint>

/** What a stream keeps: at least `min`, and, for readers that hold it back, at most `max`. */
export interface RetentionSettings {
  /** 1 by time (milliseconds), 2 by size (bytes). */
  readonly type: number
  readonly min: bigint
  readonly max: bigint
}

/** A stream's configuration as it came, which is more than a client lets its user say. */
export interface StreamSettings {
  readonly scaling: {
    /** 0 fixed, 1 by KB per second, 2 by events per second. */
    readonly type: number
    readonly targetRate: number
    readonly scaleFactor: number
    readonly minSegments: number
  }
  readonly retention?: RetentionSettings
  /** Without duplicates. */
  readonly tags: readonly string[]
  readonly timestampAggregationTimeoutMs: bigint
  readonly rolloverSizeBytes: bigint
}

/**
 * What is decided and recorded but not yet done on the segment store. All of it can be done again from the start,
 * so whoever finds it finishes it.
 */
export type PendingWork =
  | { readonly type: 'create' }
  | { readonly type: 'scale'; readonly sealing: readonly bigint[] }
  | { readonly type: 'truncate'; readonly deleting: readonly bigint[] }
  | { readonly type: 'roll'; readonly transactions: readonly string[] }
  | { readonly type: 'seal' }
  | { readonly type: 'delete' }

/** Everything about one stream that changes one step at a time. Never mutated: a change is a new record. */
export interface StreamRecord {
  readonly scope: string
  readonly stream: string
  readonly settings: StreamSettings
  readonly sealed: boolean
  /** By epoch number; the last ones are not active while a scale or a roll is pending. */
  readonly epochs: readonly EpochRecord[]
  readonly activeEpoch: number
  /** Where the stream was truncated; absent until then. */
  readonly head?: Cut
  /** Bytes that each sealed segment ever had, also when it was deleted; absent until one is sealed. */
  readonly sealedSizes?: ReadonlyMap<bigint, bigint>
  readonly pending?: PendingWork
}
