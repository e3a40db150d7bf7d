import { PravegaError } from '@pravega-ts/model'
import { toOffset } from '../offset.ts'
import type { SegmentPiece } from '../read/read-result.ts'
import { type SegmentReference, segmentName } from '../segment-name.ts'
import type { RequestPlan } from '../store-context.ts'

/** Servers give no more at a time. */
const MOST_BYTES = 2 * 1024 * 1024

export function read(
  segment: SegmentReference,
  offset: number | bigint,
  maxBytes: number = MOST_BYTES,
): RequestPlan<SegmentPiece> {
  const name = segmentName(segment)
  const from = toOffset('offset', offset)
  if (!Number.isInteger(maxBytes) || maxBytes < 8 || maxBytes > MOST_BYTES) {
    const rule = `give a whole number from 8 to ${MOST_BYTES}`
    throw new PravegaError('INVALID_ARGUMENT', `maxBytes ${maxBytes} is refused: ${rule}`)
  }
  return {
    what: `reading from segment ${name} at ${from}`,
    segment,
    access: 'read',
    make: (requestId, delegationToken) => ({
      command: 'ReadSegment',
      segment: name,
      offset: from,
      suggestedLength: maxBytes,
      delegationToken,
      requestId,
    }),
    read: reply => {
      switch (reply.command) {
        case 'SegmentRead':
          if (reply.offset !== from) return undefined
          if (reply.data.length === 0 && reply.endOfSegment) return { value: { kind: 'endOfSegment', offset: from } }
          return {
            value: { kind: 'data', offset: from, bytes: reply.data, atTail: reply.atTail || reply.endOfSegment },
          }
        case 'SegmentIsSealed':
          return { value: { kind: 'endOfSegment', offset: from } }
        case 'SegmentIsTruncated':
          return { value: { kind: 'truncated', offset: from, startOffset: reply.startOffset } }
        default:
          return undefined
      }
    },
  }
}
