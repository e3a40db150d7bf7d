import { PravegaError, type ScopedSegment } from '@pravega-ts/model'

// What is said of the log as a whole.

export function truncatedAway(segment: ScopedSegment, offset: bigint, startOffset: bigint): PravegaError {
  return new PravegaError(
    'SEGMENT_TRUNCATED',
    `Segment ${segment} begins at ${startOffset}; what stood at ${offset} was truncated away. Read from the oldest revision or the mark`,
    { details: { segment: String(segment), offset, startOffset } },
  )
}

export function behindTheEnd(segment: ScopedSegment, offset: bigint, writeOffset: bigint): PravegaError {
  return new PravegaError(
    'OFFSET_OUT_OF_RANGE',
    `Segment ${segment} ends at ${writeOffset}, before ${offset}: the revision is of another stream, or the stream was made anew`,
    { details: { segment: String(segment), offset, writeOffset } },
  )
}

export function cutOff(segment: ScopedSegment, offset: bigint, end: bigint): PravegaError {
  return new PravegaError(
    'CORRUPT_EVENT',
    `The record at offset ${offset} of segment ${segment} goes on behind ${end}, where the segment ended or the reading was to end`,
    { details: { segment: String(segment), offset, end } },
  )
}

/** @param endOffset - Behind the record; undefined: it was to be written. */
export function unserializable(
  what: string,
  segment: ScopedSegment,
  endOffset: bigint | undefined,
  cause: unknown,
): PravegaError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const where = endOffset === undefined ? `for segment ${segment}` : `before offset ${endOffset} of segment ${segment}`
  return new PravegaError(
    'SERIALIZATION_FAILED',
    `${what} ${where} failed: ${why}. See the cause; the codec and the value do not fit`,
    {
      cause,
      details: { segment: String(segment), endOffset },
    },
  )
}
