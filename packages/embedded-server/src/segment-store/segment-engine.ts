import type { SegmentRates } from './rates/rate-meter.ts'

/** How a stream segment is made. What is left out is zero, which means: no auto-scaling, no rollover. */
export interface CreateSegmentOptions {
  /** 0 no scaling, 1 by KB per second, 2 by events per second. Default 0. */
  readonly scaleType?: number | undefined
  /** Rate in the unit of `scaleType`. Default 0. */
  readonly targetRate?: number | undefined
  /** Kept as an attribute. Default and any negative value: 0. */
  readonly rolloverSizeBytes?: bigint | undefined
}

/** How a table segment is made. */
export interface CreateTableSegmentOptions {
  /** 0 or less: keys of any length, iterated in hash order. 1 to 256: keys of exactly this many bytes, in key order. Default 0. */
  readonly keyLength?: number | undefined
  /** Kept as an attribute. Default and any negative value: 0. */
  readonly rolloverSizeBytes?: bigint | undefined
}

/** An attribute that is set, whatever it was. */
export interface AttributeValue {
  /** UUID. */
  readonly id: string
  readonly value: bigint
}

/** What can be asked about a segment without reading it. */
export interface SegmentSummary {
  /** First readable offset, in bytes: where the segment was truncated. */
  readonly startOffset: bigint
  /** Bytes ever written, truncated ones included: the offset of the next append. */
  readonly length: bigint
  readonly isSealed: boolean
  /** Unix time in milliseconds of the last change. */
  readonly lastModified: number
}

/**
 * The segment store as the controller in the same process calls it. Outcomes are values; a promise is rejected only
 * when the storage below fails. A promise settles when the change is as durable as that storage promises.
 */
export interface SegmentEngine {
  createSegment(name: string, options?: CreateSegmentOptions): Promise<'created' | 'exists'>
  createTableSegment(name: string, options?: CreateTableSegmentOptions): Promise<'created' | 'exists'>
  sealSegment(name: string): Promise<'sealed' | 'alreadySealed' | 'missing'>
  /** `outOfRange`: the offset is below the start or above the length; nothing was changed. */
  truncateSegment(name: string, offset: bigint): Promise<'truncated' | 'missing' | 'outOfRange'>
  /** Deletes a stream segment or a table segment, empty or not. */
  deleteSegment(name: string): Promise<'deleted' | 'missing'>
  /**
   * Appends each source to the target, in list order, and deletes it; an open source is sealed first, a source that does
   * not exist counts as merged already. `missing` and `sealed` are about the target; then nothing was changed.
   */
  mergeSegments(target: string, sources: readonly string[]): Promise<'merged' | 'missing' | 'sealed'>
  updatePolicy(
    name: string,
    policy: { readonly scaleType: number; readonly targetRate: number },
  ): Promise<'updated' | 'missing' | 'sealed'>
  /** Appends one event, and sets attributes in the same step, as a client without a writer number. */
  append(
    name: string,
    data: Uint8Array,
    attributes?: readonly AttributeValue[],
  ): Promise<'appended' | 'missing' | 'sealed'>
  getInfo(name: string): SegmentSummary | undefined
  /** How fast a segment grows, in the unit of its scaling policy; undefined for one whose growth is not measured. */
  getRates(name: string): SegmentRates | undefined
  /**
   * Calls `listener` when appends begin to come to a measured segment to which none came for a while.
   * @returns what ends the measuring, for good
   */
  onTraffic(listener: () => void): () => void
}
