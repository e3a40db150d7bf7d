import type { ReceivedEvent, SegmentSlice } from '@pravega-ts/event-client'
import type { OwnedSegment, SliceHolder } from './owned-segment.ts'

/** What a cursor brings its slices back to. */
export interface SliceReturn<T> {
  takeBack(owned: OwnedSegment<T>, holder: SliceHolder, acknowledged: bigint, rest: SegmentSlice<T> | undefined): void
}

/**
 * Goes through the events of one slice after the other. Costs nothing per event but the event: what is acknowledged is worked out
 * when somebody wants to know.
 */
export class EventCursor<T> implements SliceHolder {
  readonly #return: SliceReturn<T>
  readonly #byBatch: boolean
  #owned: OwnedSegment<T> | undefined
  #slice: SegmentSlice<T> | undefined
  #startOffset = 0n
  /** Given out, and not acknowledged. */
  #current: ReceivedEvent<T> | undefined
  #isRecalled = false

  constructor(target: SliceReturn<T>, acknowledge: 'event' | 'batch') {
    this.#return = target
    this.#byBatch = acknowledge === 'batch'
  }

  acknowledged(): bigint {
    if (this.#byBatch) return this.#startOffset
    return this.#current?.offset ?? this.#slice?.offset ?? this.#startOffset
  }

  detach(): void {
    this.#owned = undefined
    this.#slice = undefined
    this.#current = undefined
  }

  recall(): void {
    this.#isRecalled = true
  }

  begin(owned: OwnedSegment<T>, slice: SegmentSlice<T>): void {
    this.#owned = owned
    this.#slice = slice
    this.#startOffset = slice.offset
    this.#current = undefined
    this.#isRecalled = false
    owned.handOut(this)
  }

  /** The next event of the slice in hand, with which the one before is acknowledged; undefined: it has none, or is wanted back. */
  next(): ReceivedEvent<T> | undefined {
    const slice = this.#slice
    if (slice === undefined || this.#isRecalled) return undefined
    const event = slice.next()
    if (event === undefined) return undefined
    this.#current = event
    return event
  }

  /** Brings back what is in hand; everything that was given out is acknowledged. */
  finish(): void {
    const slice = this.#slice
    if (slice !== undefined) this.#bringBack(slice.offset)
  }

  /** Brings back what is in hand; what was not acknowledged comes again. */
  giveUp(): void {
    if (this.#slice !== undefined) this.#bringBack(this.acknowledged())
  }

  #bringBack(acknowledged: bigint): void {
    const owned = this.#owned
    const slice = this.#slice
    this.detach()
    this.#startOffset = acknowledged
    if (owned === undefined || slice === undefined) return
    if (slice.offset !== acknowledged) slice.seek(acknowledged)
    this.#return.takeBack(owned, this, acknowledged, slice.isEmpty ? undefined : slice)
  }
}
