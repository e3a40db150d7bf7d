import type { CallOptions, CloseOptions, ScalingPolicy, ScopedSegment, WriterId } from '@pravega-ts/model'
import type { SegmentPiece } from './read/read-result.ts'
import type { SegmentInfo } from './segment-info.ts'
import type { SegmentReference, TransientSegment } from './segment-name.ts'
import type { SegmentReader, SegmentReaderOptions } from './segment-reader.ts'
import type { SegmentWriter, SegmentWriterOptions } from './segment-writer.ts'
import type { TableSegment } from './table/table-segment.ts'

/** Options of a new segment. */
export interface CreateSegmentOptions {
  /** What the segment store measures, for a controller to scale by. Default: nothing. */
  readonly scaling?: ScalingPolicy | undefined
  /** Size of the pieces in long-term storage, in bytes. Default 0: as the server is configured. */
  readonly rolloverSizeBytes?: number | bigint | undefined
}

/** Conditions of a merge. */
export interface MergeOptions {
  /** Attributes of the target that must have (undefined: must not have) a value, and get a new one in the same step. */
  readonly ifAttributes?: readonly AttributeCondition[] | undefined
}

/** An attribute that changes if it is as expected. */
export interface AttributeCondition {
  /** UUID. */
  readonly attributeId: string
  /** undefined: it must not be set. */
  readonly expected: bigint | undefined
  readonly value: bigint
}

/**
 * Everything that can be done with single segments. Requests are repeated as the retry policy says; by default a call has four
 * times `timeouts.requestMs`.
 *
 * All of them may fail with `NO_SUCH_SEGMENT`, `DEADLINE_EXCEEDED`, `ABORTED`, `CLOSED`, `TOKEN_REFUSED`, `RETRIES_EXHAUSTED`, and
 * with what the controller says when it is asked for the segment's place or for a token.
 */
export interface Segments extends AsyncDisposable {
  /** Does not connect before there is something to append. */
  openWriter(segment: SegmentReference, options?: SegmentWriterOptions): SegmentWriter
  /** Does not connect before the first read. */
  openReader(segment: SegmentReference, options?: SegmentReaderOptions): SegmentReader
  /** A table segment; it need not exist yet. */
  table(segment: ScopedSegment): TableSegment

  getInfo(segment: SegmentReference, call?: CallOptions): Promise<SegmentInfo>
  /**
   * What stands at an offset, in one request, for who knows that there is something: at the end of an open segment it waits for
   * data as long as the call may take. For everything else there is {@link openReader}.
   *
   * @param maxBytes - 8 to 2097152, the default. A server may give less than there is.
   */
  read(segment: SegmentReference, offset: number | bigint, maxBytes?: number, call?: CallOptions): Promise<SegmentPiece>
  /** Resolves to false if there was one already (also when it was this call that made it, and the first answer was lost). */
  create(segment: ScopedSegment, options?: CreateSegmentOptions, call?: CallOptions): Promise<boolean>
  /** A temporary segment, to be merged. A lost answer leaves one behind that nobody uses. */
  createTransient(parent: ScopedSegment, writerId: WriterId, call?: CallOptions): Promise<TransientSegment>
  /** Nothing can be appended any more. A segment that is sealed already stays as it is. */
  seal(segment: SegmentReference, call?: CallOptions): Promise<void>
  /**
   * Drops everything before an offset. One that is dropped already is fine.
   *
   * @throws PravegaError `OFFSET_OUT_OF_RANGE` beyond the end or below 0
   */
  truncate(segment: SegmentReference, offset: number | bigint, call?: CallOptions): Promise<void>
  /** Resolves to false if there was none. */
  delete(segment: SegmentReference, call?: CallOptions): Promise<boolean>
  updatePolicy(segment: ScopedSegment, scaling: ScalingPolicy, call?: CallOptions): Promise<void>

  /**
   * The value of an attribute; undefined: not set. Servers of release 0.13 may forget, for this question only, the attributes of a
   * segment that was idle: rely on {@link compareAndSetAttribute}.
   */
  getAttribute(segment: SegmentReference, attributeId: string, call?: CallOptions): Promise<bigint | undefined>
  /**
   * Sets an attribute if it has the expected value (undefined: if it is not set; as the new value: unsets it). Resolves to whether
   * it did.
   */
  compareAndSetAttribute(
    segment: SegmentReference,
    attributeId: string,
    expected: bigint | undefined,
    value: bigint | undefined,
    call?: CallOptions,
  ): Promise<boolean>

  /**
   * Appends a whole segment to another in one step, and deletes it. Resolves to the new length of the target.
   *
   * @throws PravegaError `CONDITIONAL_CHECK_FAILED`, `SEGMENT_SEALED`, `NO_SUCH_SEGMENT`; `CONNECTION_LOST` with `details.outcome`
   * `'unknown'` when an answer was lost and the next one does not tell
   */
  merge(target: ScopedSegment, source: SegmentReference, options?: MergeOptions, call?: CallOptions): Promise<bigint>

  /**
   * For what stands on segments and has work of its own to finish: `close` is called, and waited for, before anything here is closed;
   * every time that {@link Segments.close} is.
   *
   * @returns takes it back
   */
  beforeClose(close: (options: CloseOptions) => Promise<void>): () => void
  /** Closes readers, writers (see `SegmentWriter.close`) and connections. */
  close(options?: CloseOptions): Promise<void>
}
