import type { ReceivedEvent } from '@pravega-ts/event-client'
import { abortedError, type CallOptions, PravegaError } from '@pravega-ts/model'
import { EventCursor } from './event-cursor.ts'
import type { BatchIterationOptions, EventIterationOptions, IterationOptions } from './event-reader.ts'
import type { Feed } from './feed.ts'
import { ItemReading } from './item-reading.ts'
import type { ReaderItem } from './reader-item.ts'
import type { ReaderSlice } from './reader-slice.ts'
import type { SliceDesk } from './slice-desk.ts'

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Steps of an iteration one after the other, also when they are asked for at once. */
abstract class Iteration<V> implements AsyncIterableIterator<V> {
  readonly #call: CallOptions | undefined
  readonly #acknowledgeOnBreak: boolean
  #isDone = false
  #last: Promise<unknown> | undefined

  constructor({ signal, timeoutMs, acknowledgeOnBreak }: IterationOptions) {
    this.#call = signal === undefined && timeoutMs === undefined ? undefined : { signal, timeoutMs }
    this.#acknowledgeOnBreak = acknowledgeOnBreak === true
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<V, undefined>> {
    if (this.#last === undefined && this.#call?.signal?.aborted !== true) {
      const value = this.ready()
      if (value !== undefined) return Promise.resolve({ done: false, value })
    }
    return this.#queue(() => this.#step())
  }

  return(): Promise<IteratorResult<V, undefined>> {
    this.#isDone = true
    this.end(this.#acknowledgeOnBreak)
    return Promise.resolve(DONE)
  }

  /** What can be given at once; what was given before is acknowledged with that. */
  protected abstract ready(): V | undefined
  /** Acknowledges what was given, and waits for what comes next; undefined: nothing comes any more. */
  protected abstract advance(call: CallOptions | undefined): Promise<V | undefined>
  /** Brings back what is in hand. */
  protected abstract end(acknowledges: boolean): void

  async #step(): Promise<IteratorResult<V, undefined>> {
    if (this.#isDone) return DONE
    const { signal } = this.#call ?? {}
    if (signal?.aborted) {
      this.end(true)
      throw abortedError('Reading events', signal.reason)
    }
    const value = this.ready() ?? (await this.advance(this.#call))
    if (value === undefined) this.#isDone = true
    // Left while it waited.
    else if (this.#isDone) this.end(false)
    return value === undefined || this.#isDone ? DONE : { done: false, value }
  }

  #queue<R>(step: () => Promise<R>): Promise<R> {
    const before = this.#last
    const result = before === undefined ? step() : before.then(step, step)
    this.#last = result
    const settle = (): void => {
      if (this.#last === result) this.#last = undefined
    }
    result.then(settle, settle)
    return result
  }
}

export class EventIteration<T> extends Iteration<ReceivedEvent<T>> {
  readonly #feed: Feed<T>
  readonly #cursor: EventCursor<T>

  constructor(feed: Feed<T>, options: EventIterationOptions) {
    super(options)
    this.#feed = feed
    this.#cursor = new EventCursor(feed, options.acknowledge ?? 'event')
  }

  protected ready(): ReceivedEvent<T> | undefined {
    return this.#cursor.next()
  }

  protected async advance(call: CallOptions | undefined): Promise<ReceivedEvent<T> | undefined> {
    for (;;) {
      this.#cursor.finish()
      const fed = await this.#feed.nextSlice(call)
      if (fed.kind === 'idle') throw nothingCame(call)
      if (fed.kind !== 'slice') return undefined
      this.#cursor.begin(fed.owned, fed.slice)
      const event = this.#cursor.next()
      if (event !== undefined) return event
    }
  }

  protected end(acknowledges: boolean): void {
    if (acknowledges) this.#cursor.finish()
    else this.#cursor.giveUp()
  }
}

export class BatchIteration<T> extends Iteration<ReaderSlice<T>> {
  readonly #feed: Feed<T>
  readonly #desk: SliceDesk<T>
  readonly #isBorrowed: boolean
  #inHand: ReaderSlice<T> | undefined

  constructor(feed: Feed<T>, desk: SliceDesk<T>, options: BatchIterationOptions) {
    super(options)
    this.#feed = feed
    this.#desk = desk
    this.#isBorrowed = options.borrowed === true
  }

  protected ready(): undefined {
    return undefined
  }

  protected async advance(call: CallOptions | undefined): Promise<ReaderSlice<T> | undefined> {
    this.end(true)
    const fed = await this.#feed.nextSlice(call)
    if (fed.kind === 'idle') throw nothingCame(call)
    if (fed.kind !== 'slice') return undefined
    this.#inHand = this.#desk.lend(fed.owned, fed.slice)
    return this.#inHand
  }

  protected end(acknowledges: boolean): void {
    const slice = this.#inHand
    this.#inHand = undefined
    if (slice !== undefined) this.#desk.bringBack(slice, acknowledges ? undefined : slice.startOffset, this.#isBorrowed)
  }
}

export class ItemIteration<T> extends Iteration<ReaderItem<T>> {
  readonly #reading: ItemReading<T>
  #isOver = false

  constructor(feed: Feed<T>, options: IterationOptions) {
    super(options)
    this.#reading = new ItemReading(feed)
  }

  protected ready(): ReaderItem<T> | undefined {
    return this.#reading.ready()
  }

  protected async advance(call: CallOptions | undefined): Promise<ReaderItem<T> | undefined> {
    if (this.#isOver) return undefined
    const item = await this.#reading.read(call)
    if (item.kind === 'ended') return undefined
    this.#isOver = item.kind === 'endOfData'
    return item
  }

  protected end(acknowledges: boolean): void {
    this.#reading.end(acknowledges)
  }
}

function nothingCame(call: CallOptions | undefined): PravegaError {
  const what = `No event came in ${call?.timeoutMs} ms`
  return new PravegaError('DEADLINE_EXCEEDED', `${what}. Leave out timeoutMs to wait on, or use items(), which tells`, {
    details: { timeoutMs: call?.timeoutMs },
  })
}
