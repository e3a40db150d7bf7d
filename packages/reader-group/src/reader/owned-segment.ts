import type { SegmentEvents, SegmentSlice } from '@pravega-ts/event-client'
import type { PravegaError, ScopedSegment } from '@pravega-ts/model'
import type { SegmentName } from '../state/reader-group-state.ts'
import type { Queueable } from './ready-queue.ts'

/** Who has a slice in hand, and how much of it is acknowledged. */
export interface SliceHolder {
  acknowledged(): bigint
  /** The segment is taken away: nothing more may be given out. */
  detach(): void
  /** The segment should come back soon, at a place between two events. */
  recall(): void
}

/**
 * - `waiting`: read, and looked at whenever it may have something
 * - `rest`: part of a slice came back, and is handed out again first
 * - `out`: somebody has a slice of it in hand
 * - `ended`: read to its end; to be completed
 * - `missing`: the servers do not know it; being looked into
 * - `dropped`: belongs to this reader no more
 */
type Phase<T> =
  | { readonly tag: 'waiting' }
  | { readonly tag: 'rest'; readonly slice: SegmentSlice<T> }
  | { readonly tag: 'out'; readonly holder: SliceHolder }
  | { readonly tag: 'ended' }
  | { readonly tag: 'missing' }
  | { readonly tag: 'dropped' }

/** A segment that a reader owns. */
export class OwnedSegment<T> implements Queueable {
  readonly name: SegmentName
  readonly segment: ScopedSegment
  /** Undefined for a segment that is not to be read, only to be completed. */
  readonly events: SegmentEvents<T> | undefined
  isQueued = false
  /** It is being given to others: nothing of it is handed out meanwhile. */
  isHeld = false
  /** Reading failed; the next attempt begins anew. */
  hasFailed = false
  #acknowledged: bigint
  #failure: PravegaError | undefined
  #phase: Phase<T>

  constructor(name: SegmentName, segment: ScopedSegment, offset: bigint, events: SegmentEvents<T> | undefined) {
    this.name = name
    this.segment = segment
    this.events = events
    this.#acknowledged = offset
    this.#phase = events === undefined ? { tag: 'ended' } : { tag: 'waiting' }
  }

  get phase(): Phase<T> {
    return this.#phase
  }

  /** Behind the last event that the application has acknowledged; -1 for a segment that was ended before it came here. */
  get acknowledged(): bigint {
    return this.#phase.tag === 'out' ? this.#phase.holder.acknowledged() : this.#acknowledged
  }

  /** Whether it can be given to another reader now. */
  get isReleasable(): boolean {
    return this.#phase.tag === 'waiting' || this.#phase.tag === 'rest'
  }

  handOut(holder: SliceHolder): void {
    this.#phase = { tag: 'out', holder }
  }

  /** What was handed out is acknowledged up to an offset; `rest` is what lies behind it. */
  takeBack(acknowledged: bigint, rest: SegmentSlice<T> | undefined): void {
    this.#acknowledged = acknowledged
    this.#phase = rest === undefined ? { tag: 'waiting' } : { tag: 'rest', slice: rest }
  }

  /** Everything before an offset was truncated away. */
  skipTo(offset: bigint): void {
    this.#acknowledged = offset
  }

  end(): void {
    this.#phase = { tag: 'ended' }
  }

  lose(): void {
    this.#phase = { tag: 'missing' }
  }

  /** It was missing for good, or cannot be read for another reason. */
  fail(cause: PravegaError): void {
    this.#phase = { tag: 'waiting' }
    this.#failure = cause
  }

  takeFailure(): PravegaError | undefined {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  drop(): void {
    if (this.#phase.tag === 'out') {
      this.#acknowledged = this.#phase.holder.acknowledged()
      this.#phase.holder.detach()
    }
    this.#phase = { tag: 'dropped' }
  }
}
