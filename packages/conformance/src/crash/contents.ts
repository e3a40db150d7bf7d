import { type ClientFactory, type ScopedStream, utf8Serializer } from '@pravega-ts/client'
import { openSegmentEvents } from '@pravega-ts/event-client'
import { labelOf } from './labelled-event.ts'
import type { PlacedEvent } from './segment-ledger.ts'

/** What a segment holds. */
export interface SegmentContents {
  readonly segment: string
  readonly start: bigint
  readonly end: bigint
  readonly events: readonly PlacedEvent[]
}

/** Reads everything that is in a stream of open segments, without a group. */
export async function contentsOf(factory: ClientFactory, stream: ScopedStream): Promise<readonly SegmentContents[]> {
  const { segments } = await factory.controller.getCurrentSegments(stream)
  return await Promise.all(
    segments.map(async ({ segment }) => {
      const { startOffset: start, writeOffset: end } = await factory.segmentStore.getInfo(segment)
      const options = { offset: start, endOffset: end, serializer: utf8Serializer }
      await using reading = openSegmentEvents(factory.segmentStore, segment, options)
      const events: PlacedEvent[] = []
      for (let batch = await reading.next(); batch.kind === 'slice'; batch = await reading.next()) {
        for (const { offset, endOffset, value } of batch.slice)
          events.push({ offset, endOffset, label: labelOf(value) })
      }
      return { segment: String(segment), start, end, events }
    }),
  )
}
