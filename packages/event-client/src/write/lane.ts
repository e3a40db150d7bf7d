import type { PravegaError, ScopedSegment } from '@pravega-ts/model'
import type { AppendBlock, SegmentWriter } from '@pravega-ts/segment-client'
import type { Budget } from './budget.ts'
import { countEvents, LARGEST_PLAIN_EVENT } from './event-frame.ts'
import { type Creditor, EventKeys, type EventKeysPool } from './event-keys.ts'
import { Parcel } from './parcel.ts'

/** Takes pieces (events, or several that must stay together): memory to put one in, and then its key. */
export interface EventSink {
  /** Memory that the last {@link reserve} points into. */
  readonly buffer: Uint8Array
  /** Where `length` bytes can be put; -1: nowhere any more. */
  reserve(length: number): number
  /**
   * What was put there is a piece.
   *
   * @param owner - Is told its outcome too. Such a piece was taken on before: it is never refused.
   * @returns what its outcome is told by
   * @throws PravegaError `QUEUE_FULL`
   */
  commit(position: number, length: number, events: number, owner?: Creditor): { readonly acked: Promise<void> }
}

/**
 * - `open`: pieces are appended as they come
 * - `draining`: a large event is next; what was appended before is to be acknowledged first
 * - `large`: a large event is being written; what comes behind it waits
 * - `moving`: the segment takes no more; its successors are being asked for, and pieces wait for them
 * - `over`: nothing is appended any more, and nothing waits
 */
export type LaneState =
  | { readonly tag: 'open' }
  | { readonly tag: 'draining' }
  | { readonly tag: 'large' }
  | { readonly tag: 'moving' }
  | { readonly tag: 'over' }

/**
 * - `idle`: nothing waits
 * - `full`: there is no room for what waits
 * - `large`: a large event waits for its turn
 * - `halted`: the lane is not open
 */
export type DrainResult = 'idle' | 'full' | 'large' | 'halted'

const OPEN: LaneState = { tag: 'open' }

/** One segment that events are written to, and the events that wait for it. */
export class Lane implements EventSink {
  readonly segment: ScopedSegment
  readonly writer: SegmentWriter
  readonly #budget: Budget
  readonly #pool: EventKeysPool
  readonly #backlog: Set<Lane>
  readonly #gathering: Gathering
  #state: LaneState = OPEN
  #waiting: Parcel[] = []
  /** Whether pieces are appended at once: the lane is open and nothing waits in front. */
  isFree = true
  /** The block that was written to last, until it is settled. */
  last: AppendBlock | undefined
  /** Length of the segment after a large event. */
  mergedLength: bigint | undefined

  constructor(
    segment: ScopedSegment,
    budget: Budget,
    pool: EventKeysPool,
    backlog: Set<Lane>,
    openWriter: (lane: Lane) => SegmentWriter,
  ) {
    this.segment = segment
    this.#budget = budget
    this.#pool = pool
    this.#backlog = backlog
    this.#gathering = new Gathering(this, budget)
    this.writer = openWriter(this)
  }

  get state(): LaneState {
    return this.#state
  }

  get waiting(): readonly Parcel[] {
    return this.#waiting
  }

  get buffer(): Uint8Array {
    return this.writer.buffer
  }

  /** Length of the segment at the last acknowledgement; undefined: there was none. */
  get acknowledgedOffset(): bigint | undefined {
    const appended = this.writer.acknowledgedOffset
    const merged = this.mergedLength
    return appended === undefined || (merged !== undefined && merged > appended) ? merged : appended
  }

  reserve(length: number): number {
    return this.writer.reserve(length)
  }

  commit(position: number, length: number, events: number, owner?: Creditor): AppendBlock {
    // All is noted before the writer is told: it may end inside of this call and hand everything over.
    const keys = this.#keys()
    keys.push(position, length)
    if (owner !== undefined) keys.owe(owner)
    this.#budget.inFlight += length
    const block = this.writer.commit(length, events)
    if (this.#state.tag === 'open') this.last = block
    return block
  }

  /** Where a piece of up to `length` bytes can wait. Valid until it is asked for again. */
  queue(length: number): EventSink {
    this.#gathering.prepare(length)
    return this.#gathering
  }

  /** Puts a parcel behind everything that waits. Its bytes are counted already. */
  push(parcel: Parcel): void {
    this.#waiting.push(parcel)
    this.#changed()
  }

  /** Puts parcels before everything that waits. Their bytes are counted already. */
  unshift(parcels: readonly Parcel[]): void {
    this.#waiting.unshift(...parcels)
    this.#changed()
  }

  /** Appends what waits, as far as there is room. */
  drain(): DrainResult {
    for (;;) {
      const parcel = this.#waiting[0]
      if (parcel === undefined) return 'idle'
      if (this.#state.tag !== 'open') return 'halted'
      if (parcel.isGivenOut) {
        this.#waiting.shift()
        this.#changed()
        continue
      }
      const { length } = parcel
      if (length > LARGEST_PLAIN_EVENT) return 'large'
      if (!this.#budget.mayGo) return 'full'
      const at = this.writer.reserve(length)
      if (at < 0) return 'halted'
      this.#append(parcel, at)
    }
  }

  /** A block of this lane has an outcome. */
  settled(block: AppendBlock, error: PravegaError | undefined): void {
    if (block === this.last) this.last = undefined
    this.#budget.inFlight -= block.bytes
    const keys = block.context
    if (!(keys instanceof EventKeys)) return
    block.context = undefined
    keys.settle(error)
    this.#pool.give(keys)
  }

  /** The writer takes no more: what it did not take waits again, in front. */
  takeBack(): void {
    this.last = undefined
    const parcels = this.writer.takeUnacked().map(block => Parcel.takeOver(block))
    for (const { waitingBytes } of parcels) {
      this.#budget.inFlight -= waitingBytes
      this.#budget.queued += waitingBytes
    }
    this.unshift(parcels.filter(parcel => !parcel.isGivenOut))
  }

  /** The first of what waits has an outcome, or is to be told that it has none. */
  finishLarge(): void {
    const parcel = this.#waiting[0]
    if (parcel === undefined) return
    this.#budget.queued -= parcel.length
    parcel.skip()
    parcel.paid(1)
  }

  /** Takes away all that waits. */
  takeWaiting(): readonly Parcel[] {
    const parcels = this.#waiting
    this.#waiting = []
    this.#changed()
    return parcels
  }

  failWaiting(error: PravegaError): void {
    for (const parcel of this.takeWaiting()) {
      this.#budget.queued -= parcel.waitingBytes
      parcel.fail(error)
    }
  }

  enter(state: LaneState): void {
    if (this.#state.tag === 'over') return
    this.#state = state
    this.#changed()
  }

  #append(parcel: Parcel, at: number): void {
    const { head, position, length } = parcel
    this.writer.buffer.set(head, at)
    const events = countEvents(head)
    parcel.skip()
    this.#budget.queued -= length
    this.commit(position, length, events, parcel)
  }

  /** Keys of the open block. */
  #keys(): EventKeys {
    const { block } = this.writer
    if (block.context instanceof EventKeys) return block.context
    const keys = this.#pool.take()
    block.context = keys
    return keys
  }

  #changed(): void {
    this.isFree = this.#state.tag === 'open' && this.#waiting.length === 0
    if (this.#waiting.length === 0) this.#backlog.delete(this)
    else this.#backlog.add(this)
  }
}

/** Gathers pieces in the last of the parcels that wait in a lane. */
class Gathering implements EventSink {
  readonly #lane: Pick<Lane, 'waiting' | 'push'>
  readonly #budget: Budget
  #parcel: Parcel | undefined

  constructor(lane: Pick<Lane, 'waiting' | 'push'>, budget: Budget) {
    this.#lane = lane
    this.#budget = budget
  }

  prepare(length: number): void {
    const last = this.#lane.waiting.at(-1)
    this.#parcel = last === undefined || last.reserve(length) < 0 ? Parcel.gather(length) : last
  }

  get buffer(): Uint8Array {
    return this.#prepared.buffer
  }

  reserve(length: number): number {
    return this.#prepared.reserve(length)
  }

  commit(position: number, length: number, _events: number, owner?: Creditor): Parcel {
    const parcel = this.#prepared
    if (owner === undefined) this.#budget.checkQueue(length)
    else parcel.keys.owe(owner)
    this.#budget.queued += length
    parcel.commit(position, length)
    if (this.#lane.waiting.at(-1) !== parcel) this.#lane.push(parcel)
    return parcel
  }

  get #prepared(): Parcel {
    if (this.#parcel === undefined) throw new RangeError('prepare() comes first')
    return this.#parcel
  }
}
