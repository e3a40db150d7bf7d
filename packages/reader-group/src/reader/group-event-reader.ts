import type { ReceivedEvent } from '@pravega-ts/event-client'
import type { CallOptions, CloseOptions, KeyRange, ScopedStream } from '@pravega-ts/model'
import { ReaderPosition } from '../codec/reader-position.ts'
import type { EventTime } from '../time/event-time.ts'
import type { TimeWindow } from '../time/time-window.ts'
import type { BatchIterationOptions, EventIterationOptions, EventReader, IterationOptions } from './event-reader.ts'
import { ItemReading } from './item-reading.ts'
import { BatchIteration, EventIteration, ItemIteration } from './iterations.ts'
import { closedReader } from './membership.ts'
import type { FeedParts, ReaderFeed } from './reader-feed.ts'
import type { ReaderItem } from './reader-item.ts'
import type { ReaderSlice } from './reader-slice.ts'
import { SliceDesk } from './slice-desk.ts'

/** The ways of reading, over one feed. */
export class GroupEventReader<T> implements EventReader<T> {
  readonly readerId: string
  readonly group: string
  readonly #parts: FeedParts
  readonly #feed: ReaderFeed<T>
  readonly #desk: SliceDesk<T>
  readonly #reading: ItemReading<T>
  readonly #time: EventTime

  constructor(parts: FeedParts, feed: ReaderFeed<T>, time: EventTime) {
    this.readerId = parts.readerId
    this.group = parts.groupText
    this.#parts = parts
    this.#feed = feed
    this.#time = time
    this.#reading = new ItemReading(feed)
    this.#desk = new SliceDesk(feed, ({ name, acknowledged }) =>
      parts.notices.publish({ event: 'sliceLost', segment: name, offset: acknowledged }),
    )
  }

  get segments(): readonly string[] {
    return this.#feed.segments
  }

  position(): ReaderPosition {
    const positions = this.#feed.positions()
    const known = this.#parts.state.state?.ranges
    const ranges = new Map<string, KeyRange | undefined>()
    for (const name of positions.keys()) ranges.set(name, known?.get(name))
    return new ReaderPosition(positions, ranges)
  }

  async currentTimeWindow(stream: ScopedStream | string, call?: CallOptions): Promise<TimeWindow> {
    const { failure } = this.#feed
    if (failure !== undefined) throw failure
    return await this.#time.window(stream, call)
  }

  async acquireSegment(call?: CallOptions): Promise<ReaderSlice<T> | undefined> {
    const fed = await this.#feed.nextSlice(call)
    if (fed.kind === 'ended') throw fed.cause
    return fed.kind === 'slice' ? this.#desk.lend(fed.owned, fed.slice) : undefined
  }

  releaseSegment(slice: ReaderSlice<T>): void {
    this.#bringBack(slice, undefined)
  }

  releaseSegmentAt(slice: ReaderSlice<T>, offset: number | bigint): void {
    this.#bringBack(slice, offset)
  }

  events(options: EventIterationOptions = {}): AsyncIterableIterator<ReceivedEvent<T>> {
    return new EventIteration(this.#feed, options)
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ReceivedEvent<T>> {
    return this.events()
  }

  batches(options: BatchIterationOptions = {}): AsyncIterableIterator<ReaderSlice<T>> {
    return new BatchIteration(this.#feed, this.#desk, options)
  }

  async read(call?: CallOptions): Promise<ReaderItem<T>> {
    const item = this.#reading.ready() ?? (await this.#reading.read(call))
    if (item.kind === 'ended') throw item.cause
    return item
  }

  items(options: IterationOptions = {}): AsyncIterableIterator<ReaderItem<T>> {
    return new ItemIteration(this.#feed, options)
  }

  offline(call?: CallOptions): Promise<void> {
    return this.#feed.offline(call)
  }

  async close(options?: CloseOptions): Promise<void> {
    const closed = closedReader(this.readerId, this.group)
    await Promise.all([this.#feed.close(options), this.#time.close(closed, options)])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #bringBack(slice: ReaderSlice<T>, offset: number | bigint | undefined): void {
    const isBack = this.#desk.bringBack(slice, offset)
    const { failure } = this.#feed
    if (!isBack && failure !== undefined) throw failure
  }
}
