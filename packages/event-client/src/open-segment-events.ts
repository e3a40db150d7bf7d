import type { ScopedSegment } from '@pravega-ts/model'
import type { EventStore } from './event-store.ts'
import type { SegmentEvents, SegmentEventsOptions } from './read/segment-events.ts'
import { SegmentEventsReader } from './read/segment-events-reader.ts'

/**
 * Reads the events of one segment, without a reader group. Does not connect before the first `next` or `tryNext`.
 *
 * @throws PravegaError `INVALID_ARGUMENT`, `OFFSET_OUT_OF_RANGE`
 */
export function openSegmentEvents<T>(
  store: Pick<EventStore, 'openReader'>,
  segment: ScopedSegment,
  options: SegmentEventsOptions<T>,
): SegmentEvents<T> {
  const { requestLength, budget, retry, onReadable } = options
  return new SegmentEventsReader(
    segment,
    offset => store.openReader(segment, { offset, requestLength, budget, retry, onReadable }),
    options,
  )
}
