import type { Segments } from '@pravega-ts/segment-client'

/** What tells where a segment begins and ends: the segment stores, or what stands in for them. */
export type SegmentInfoSource = Pick<Segments, 'getInfo'>
