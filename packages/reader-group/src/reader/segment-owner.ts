import type { SegmentEvents, SegmentSlice } from '@pravega-ts/event-client'
import { PravegaError, ScopedSegment } from '@pravega-ts/model'
import type { Offsets, SegmentName } from '../state/reader-group-state.ts'
import { OwnedSegment, type SliceHolder } from './owned-segment.ts'
import { ReadyQueue } from './ready-queue.ts'

/** What a segment gives. */
export type Taken<T> =
  | { readonly kind: 'slice'; readonly owned: OwnedSegment<T>; readonly slice: SegmentSlice<T> }
  | { readonly kind: 'truncated'; readonly segment: ScopedSegment; readonly from: bigint; readonly to: bigint }
  | { readonly kind: 'segmentEnd'; readonly segment: ScopedSegment }

/** What a {@link SegmentOwner} needs and tells. */
export interface SegmentOwnerHost<T> {
  open(segment: ScopedSegment, offset: bigint, endOffset: bigint | undefined, onReadable: () => void): SegmentEvents<T>
  /** {@link SegmentOwner.take} may have something. */
  onReadable(): void
  /** A segment was read to its end, or came here so. */
  onEnded(owned: OwnedSegment<T>): void
  /** The servers do not know a segment. */
  onMissing(owned: OwnedSegment<T>, cause: PravegaError): void
  /** A segment that was wanted back can be given to others. */
  onReleasable(owned: OwnedSegment<T>): void
}

/** The segments of a reader: waits on all of them at once, and serves those that have something in turn. */
export class SegmentOwner<T> {
  readonly #host: SegmentOwnerHost<T>
  readonly #owned = new Map<SegmentName, OwnedSegment<T>>()
  readonly #ready = new ReadyQueue<OwnedSegment<T>>()
  readonly #recalled = new Set<SegmentName>()

  constructor(host: SegmentOwnerHost<T>) {
    this.#host = host
  }

  get size(): number {
    return this.#owned.size
  }

  get(name: SegmentName): OwnedSegment<T> | undefined {
    return this.#owned.get(name)
  }

  values(): Iterable<OwnedSegment<T>> {
    return this.#owned.values()
  }

  names(): Iterable<SegmentName> {
    return this.#owned.keys()
  }

  /** Acknowledged offsets of all of them. */
  positions(): Offsets {
    const positions = new Map<SegmentName, bigint>()
    for (const [name, owned] of this.#owned) positions.set(name, owned.acknowledged)
    return positions
  }

  /** Segments that nobody reads in. */
  releasable(): ReadonlySet<SegmentName> {
    const names = new Set<SegmentName>()
    for (const [name, owned] of this.#owned) if (owned.isReleasable) names.add(name)
    return names
  }

  /**
   * @param offset - Where reading goes on; -1: at its end.
   * @param endOffset - Where the group ends to read it.
   */
  add(name: SegmentName, offset: bigint, endOffset: bigint | undefined): OwnedSegment<T> {
    const segment = ScopedSegment.parse(name)
    const isEnded = offset < 0n || (endOffset !== undefined && offset >= endOffset)
    let owned: OwnedSegment<T> | undefined
    const onReadable = (): void => {
      if (owned !== undefined) this.#offer(owned)
    }
    const events = isEnded ? undefined : this.#host.open(segment, offset, endOffset, onReadable)
    owned = new OwnedSegment<T>(name, segment, offset, events)
    this.#owned.set(name, owned)
    if (isEnded) this.#host.onEnded(owned)
    else this.#offer(owned)
    return owned
  }

  /** The segment belongs to this reader no more. */
  drop(name: SegmentName): OwnedSegment<T> | undefined {
    const owned = this.#owned.get(name)
    if (owned === undefined) return undefined
    this.#owned.delete(name)
    this.#ready.delete(owned)
    this.#recalled.delete(name)
    owned.drop()
    void owned.events?.close().catch(() => {})
    return owned
  }

  dropAll(): void {
    for (const name of [...this.#owned.keys()]) this.drop(name)
  }

  /** While it is held, nothing of a segment is handed out. */
  hold(name: SegmentName): void {
    const owned = this.#owned.get(name)
    if (owned !== undefined) owned.isHeld = true
  }

  letGoAll(): void {
    for (const owned of this.#owned.values()) {
      if (!owned.isHeld) continue
      owned.isHeld = false
      this.#offer(owned)
    }
  }

  /** The next {@link SegmentOwner.take} that gets to this segment fails with this; the one after tries anew. */
  fail(owned: OwnedSegment<T>, cause: PravegaError): void {
    if (this.#owned.get(owned.name) !== owned) return
    owned.fail(cause)
    this.#offer(owned)
  }

  /** Asks whoever has a slice of the segment in hand to give it back soon. */
  recall(name: SegmentName): void {
    const { phase } = this.#owned.get(name) ?? {}
    if (phase?.tag !== 'out') return
    this.#recalled.add(name)
    phase.holder.recall()
  }

  /** Asks all who can be asked to come back before the next event. */
  interruptAll(): void {
    for (const { phase } of this.#owned.values()) if (phase.tag === 'out') phase.holder.recall()
  }

  /**
   * The next thing that some segment gives; undefined: nothing at the moment. Whoever gets a slice hands it out with
   * {@link OwnedSegment.handOut} and brings it back with {@link SegmentOwner.takeBack}.
   *
   * @throws PravegaError as reading the segment does; the next call tries anew
   */
  take(): Taken<T> | undefined {
    for (let owned = this.#ready.shift(); owned !== undefined; owned = this.#ready.shift()) {
      if (owned.isHeld) continue
      const { phase, events } = owned
      if (phase.tag === 'rest') return { kind: 'slice', owned, slice: phase.slice }
      if (phase.tag !== 'waiting' || events === undefined) continue
      const taken = this.#read(owned, events)
      if (taken !== undefined) return taken
    }
    return undefined
  }

  /** @param rest - What lies behind the acknowledged offset; undefined: nothing, or it is to be read again. */
  takeBack(owned: OwnedSegment<T>, holder: SliceHolder, acknowledged: bigint, rest: SegmentSlice<T> | undefined): void {
    if (owned.phase.tag !== 'out' || owned.phase.holder !== holder) return
    owned.takeBack(acknowledged, rest)
    if (rest === undefined && owned.events !== undefined && owned.events.offset !== acknowledged) {
      owned.events.seek(acknowledged)
    }
    if (this.#recalled.delete(owned.name)) {
      owned.isHeld = true
      this.#host.onReleasable(owned)
      return
    }
    this.#offer(owned)
  }

  #read(owned: OwnedSegment<T>, events: SegmentEvents<T>): Taken<T> | undefined {
    const { segment } = owned
    const failure = owned.takeFailure()
    if (failure !== undefined) {
      owned.hasFailed = true
      this.#offer(owned)
      throw failure
    }
    try {
      if (owned.hasFailed) {
        owned.hasFailed = false
        events.seek(owned.acknowledged)
      }
      const batch = events.tryNext()
      switch (batch?.kind) {
        case undefined:
          return undefined
        case 'slice':
          return { kind: 'slice', owned, slice: batch.slice }
        case 'truncated':
          owned.skipTo(batch.startOffset)
          this.#offer(owned)
          return { kind: 'truncated', segment, from: batch.offset, to: batch.startOffset }
        case 'endOfSegment':
          owned.end()
          this.#host.onEnded(owned)
          return { kind: 'segmentEnd', segment }
      }
    } catch (error) {
      owned.hasFailed = true
      const cause = PravegaError.from(error)
      if (PravegaError.is(cause, 'NO_SUCH_SEGMENT')) {
        owned.lose()
        this.#host.onMissing(owned, cause)
        return undefined
      }
      this.#offer(owned)
      throw cause
    }
  }

  #offer(owned: OwnedSegment<T>): void {
    if (owned.isHeld || (owned.phase.tag !== 'waiting' && owned.phase.tag !== 'rest')) return
    const wasEmpty = this.#ready.isEmpty
    this.#ready.push(owned)
    if (wasEmpty) this.#host.onReadable()
  }
}
