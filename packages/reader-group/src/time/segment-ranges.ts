import { type Deadline, FULL_KEY_RANGE, type KeyRange, type ScopedStream, segmentEpoch } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { StreamPlaces } from './stream-positions.ts'

/** The key ranges of the segments that a group reads. Its state has those that it came to by scaling only. */
export class SegmentRanges {
  readonly #store: ReaderGroupStore
  readonly #stream: ScopedStream
  #known: ReadonlyMap<bigint, KeyRange> = new Map()

  constructor(store: ReaderGroupStore, stream: ScopedStream) {
    this.#store = store
    this.#stream = stream
  }

  /** Asks the controller once for each epoch in which segments begin whose ranges are not known. */
  async of({ reading, waiting, ranges }: StreamPlaces, deadline: Deadline): Promise<(segmentId: bigint) => KeyRange> {
    const ids = [...reading.keys(), ...waiting]
    const known = new Map<bigint, KeyRange>()
    for (const id of ids) {
      const range = ranges.get(id) ?? this.#known.get(id)
      if (range !== undefined) known.set(id, range)
    }
    const epochs = new Set(ids.filter(id => !known.has(id)).map(id => segmentEpoch(id)))
    for (const epoch of epochs) {
      const { segments } = await this.#store.controller.getEpochSegments(this.#stream, epoch, deadline.rest())
      for (const { segment, range } of segments)
        if (ids.includes(segment.segmentId)) known.set(segment.segmentId, range)
    }
    this.#known = known
    // With all keys a segment that nobody knows holds back the window.
    return id => known.get(id) ?? FULL_KEY_RANGE
  }
}
