import type { Reply } from '@pravega-ts/wire-protocol'
import type { SegmentReference } from './segment-name.ts'

/** A segment as its store describes it. */
export interface SegmentInfo {
  readonly segment: SegmentReference
  readonly isSealed: boolean
  /** First offset that can be read: everything before it was truncated away. */
  readonly startOffset: bigint
  /** Length of the segment, what was truncated away included: where the next append goes. */
  readonly writeOffset: bigint
  readonly lastModified: Date
}

/** The info in a reply; undefined if it is another reply, or says that there is no such segment. */
export function segmentInfoFrom(segment: SegmentReference, reply: Reply): SegmentInfo | undefined {
  if (reply.command !== 'StreamSegmentInfo' || !reply.exists || reply.isDeleted) return undefined
  const { isSealed, startOffset, writeOffset, lastModified } = reply
  return { segment, isSealed, startOffset, writeOffset, lastModified: new Date(Number(lastModified)) }
}
