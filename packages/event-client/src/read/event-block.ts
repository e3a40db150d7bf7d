import type { ScopedSegment, ScopedStream } from '@pravega-ts/model'
import type { Serializer } from '../serializer.ts'

/** What the events of a segment have in common. */
export class EventOrigin<T> {
  readonly segment: ScopedSegment
  readonly serializer: Serializer<T>
  #stream: ScopedStream | undefined

  constructor(segment: ScopedSegment, serializer: Serializer<T>) {
    this.segment = segment
    this.serializer = serializer
  }

  get stream(): ScopedStream {
    this.#stream ??= this.segment.scopedStream
    return this.#stream
  }
}

/** Bytes of a segment that lie together in memory. Positions of events in it are plain numbers. */
export interface EventBlock<T> {
  readonly origin: EventOrigin<T>
  readonly bytes: Buffer
  /** Offset, in the segment, of the first byte. */
  readonly offset: bigint
}
