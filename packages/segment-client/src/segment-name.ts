import type { ScopedSegment } from '@pravega-ts/model'

/**
 * A temporary segment beside a stream segment, whose data becomes part of that segment when it is merged.
 * The segment store makes up its name.
 */
export interface TransientSegment {
  readonly parent: ScopedSegment
  /** The name under which the segment store knows it. */
  readonly name: string
}

/** What data can be appended to and read from. */
export type SegmentReference = ScopedSegment | TransientSegment

/** The name under which the segment store knows it. */
export function segmentName(segment: SegmentReference): string {
  return 'parent' in segment && 'name' in segment ? segment.name : segment.toString()
}

/** The segment whose place and whose token also serve this one. */
export function ownerOf(segment: SegmentReference): ScopedSegment {
  return 'name' in segment ? segment.parent.parent : segment.parent
}
