import type { ReceivedEvent, SegmentSlice } from '@pravega-ts/event-client'
import type { ScopedSegment } from '@pravega-ts/model'

/** Who lends slices, and takes them back. */
export interface SliceKeeper<T> {
  bringBack(slice: ReaderSlice<T>): unknown
}

/**
 * A {@link @pravega-ts/event-client#SegmentSlice} that belongs to a reader. While it is out, nothing else of its segment is handed
 * out; giving it back acknowledges the events that it has given. `using` gives it back by itself.
 */
export class ReaderSlice<T> implements Iterable<ReceivedEvent<T>>, Disposable {
  readonly segment: ScopedSegment
  /** Where its first event begins. */
  readonly startOffset: bigint
  /** Behind its last event. */
  readonly endOffset: bigint
  #slice: SegmentSlice<T> | undefined
  #offset: bigint
  readonly #keeper: SliceKeeper<T>

  /** @internal */
  constructor(slice: SegmentSlice<T>, keeper: SliceKeeper<T>) {
    this.segment = slice.segment
    this.startOffset = slice.offset
    this.endOffset = slice.endOffset
    this.#slice = slice
    this.#offset = slice.offset
    this.#keeper = keeper
  }

  /** Behind the last event that was given out. */
  get offset(): bigint {
    return this.#slice?.offset ?? this.#offset
  }

  /** Whether it has nothing more to give: all was given out, it was given back, or its segment was taken away from the reader. */
  get isEmpty(): boolean {
    return this.#slice?.isEmpty ?? true
  }

  /** Bytes of the events that it has still to give, headers included. */
  get remainingBytes(): number {
    return this.#slice?.remainingBytes ?? 0
  }

  /** The next event; undefined: none, see {@link ReaderSlice.isEmpty}. */
  next(): ReceivedEvent<T> | undefined {
    return this.#slice?.next()
  }

  *[Symbol.iterator](): Generator<ReceivedEvent<T>, void, undefined> {
    for (let event = this.next(); event !== undefined; event = this.next()) yield event
  }

  /** Gives it back, as `releaseSegment` does. Does nothing when that was done already, or the segment was taken away. */
  [Symbol.dispose](): void {
    this.#keeper.bringBack(this)
  }

  /** @internal */
  detach(): void {
    if (this.#slice === undefined) return
    this.#offset = this.#slice.offset
    this.#slice = undefined
  }
}
