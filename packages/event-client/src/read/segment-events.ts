import type { RetryPolicy } from '@pravega-ts/config'
import type { CallOptions, ScopedSegment } from '@pravega-ts/model'
import type { ReadBudget } from '@pravega-ts/segment-client'
import type { Serializer } from '../serializer.ts'
import type { SegmentSlice } from './segment-slice.ts'

/** Options of {@link openSegmentEvents}. */
export interface SegmentEventsOptions<T> {
  /** Where to begin; an event must begin there. Default 0. */
  readonly offset?: number | bigint | undefined
  /** Where to stop: events that begin here or behind are not given. Default: none, to read on for as long as the segment grows. */
  readonly endOffset?: number | bigint | undefined
  readonly serializer: Serializer<T>
  /** What may be read ahead: a budget that is shared with other readers, or bytes for this one. Default 4 MiB. */
  readonly budget?: ReadBudget | number | undefined
  /** Bytes to ask for at a time, 8 to 2097152. Default 1 MiB. */
  readonly requestLength?: number | undefined
  /**
   * Most bytes of an event, 2097152 to 2147483647: reading a larger one fails with `EVENT_TOO_LARGE` before memory is taken for it.
   * Default 1 GiB, which is as much as writers write.
   */
  readonly maxEventBytes?: number | undefined
  /**
   * Called whenever {@link SegmentEvents.tryNext} may have something again after it had nothing. Must not throw.
   */
  readonly onReadable?: (() => void) | undefined
  /** How lost connections are replaced. Default: the policy of the configuration, with attempts without end. */
  readonly retry?: Partial<RetryPolicy> | undefined
}

/** What comes next in a segment. */
export type SegmentBatch<T> =
  | {
      readonly kind: 'slice'
      /** At least one event. */
      readonly slice: SegmentSlice<T>
    }
  | {
      /** Events were truncated away before they were read. Reading goes on at `startOffset` by itself. */
      readonly kind: 'truncated'
      /** Where the events that are gone begin. */
      readonly offset: bigint
      /** First offset that there is. */
      readonly startOffset: bigint
    }
  | {
      /** The segment is sealed and was read to its end, or `endOffset` was reached. Nothing else comes any more, until `seek`. */
      readonly kind: 'endOfSegment'
      /** Behind the last event. */
      readonly offset: bigint
    }

/**
 * Reads the events of one segment, in slices, from an offset on. Reads ahead within a budget, and waits at the tail for more;
 * replaces lost connections.
 */
export interface SegmentEvents<T> extends AsyncDisposable {
  readonly segment: ScopedSegment
  /** First byte that was not given out in a slice; here an event begins, or will. */
  readonly offset: bigint

  /**
   * What there is without waiting; undefined: nothing for now. Begins reading; also after `seek`.
   *
   * @throws PravegaError `CLOSED`, `CORRUPT_EVENT`, `EVENT_TOO_LARGE`, `NO_SUCH_SEGMENT`, `OFFSET_OUT_OF_RANGE` (beyond the end of a sealed segment),
   * `TOKEN_REFUSED`, `RETRIES_EXHAUSTED`. After one of them but `CLOSED`, `seek` tries anew.
   */
  tryNext(): SegmentBatch<T> | undefined
  /**
   * Waits for what comes next, for as long as it takes unless `timeoutMs` is given. Whoever gives up waiting misses nothing: the next
   * call goes on at the same place.
   *
   * @throws PravegaError `ABORTED`, `DEADLINE_EXCEEDED`, and as `tryNext`
   */
  next(call?: CallOptions): Promise<SegmentBatch<T>>
  /**
   * Goes on elsewhere, where an event must begin. What was read ahead is dropped; slices that were given out stay as they are.
   *
   * @throws PravegaError `CLOSED`, `INVALID_ARGUMENT`, `OFFSET_OUT_OF_RANGE`
   */
  seek(offset: number | bigint): void
  /** Ends reading; `next` calls that wait fail with `CLOSED`. Slices that were given out stay as they are. */
  close(): Promise<void>
}
