import { PravegaError } from '@pravega-ts/model'
import { type SegmentInfo, segmentName, toOffset } from '@pravega-ts/segment-client'
import type { BytePosition } from './byte-reader.ts'

/**
 * The offset that a position stands for.
 *
 * @throws PravegaError `INVALID_ARGUMENT`, `OFFSET_OUT_OF_RANGE`, `SEGMENT_TRUNCATED`
 */
export function offsetAt(position: BytePosition, info: SegmentInfo): bigint {
  const { segment, startOffset, writeOffset } = info
  const name = segmentName(segment)
  const offset =
    typeof position === 'object' ? writeOffset - toOffset('fromEnd', position.fromEnd) : toOffset('offset', position)
  const details = { segment: name, offset, startOffset, writeOffset }
  if (offset > writeOffset || offset < 0n) {
    throw new PravegaError(
      'OFFSET_OUT_OF_RANGE',
      `Offset ${offset} is refused: segment ${name} goes from ${startOffset} to ${writeOffset}. Give an offset in between, or wait at the end`,
      { details },
    )
  }
  if (offset < startOffset) throw truncatedError(name, offset, startOffset)
  return offset
}

/** What stood at the offset is not there any more. */
export function truncatedError(segment: string, offset: bigint, startOffset: bigint): PravegaError {
  return new PravegaError(
    'SEGMENT_TRUNCATED',
    `The bytes at offset ${offset} of segment ${segment} were truncated away; it begins at ${startOffset} now. Go on with seek(await reader.currentHead())`,
    { details: { segment, offset, startOffset } },
  )
}
