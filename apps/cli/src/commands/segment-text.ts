import { type KeyRange, type ScopedSegment, type StreamCut, segmentEpoch, segmentNumber } from '@pravega-ts/model'

/** A segment within its stream, as the flags take it. */
export function shortSegmentName({ segmentId }: Pick<ScopedSegment, 'segmentId'>): string {
  return `${segmentNumber(segmentId)}.#epoch.${segmentEpoch(segmentId)}`
}

/** A cut for people. */
export function cutText(cut: StreamCut): string {
  return [...cut.positions].map(([segmentId, offset]) => `${offset} in ${shortSegmentName({ segmentId })}`).join(', ')
}

export function rangeText(range: KeyRange): string {
  return `${range.low} to ${range.high}`
}
