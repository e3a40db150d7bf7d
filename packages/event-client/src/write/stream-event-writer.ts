import { type CallOptions, PravegaError, type ScopedStream } from '@pravega-ts/model'
import type { EventStore } from '../event-store.ts'
import type { EventWriter } from '../event-writer.ts'
import type { AppenderSettings } from './appender-options.ts'
import type { RouterOptions } from './event-router.ts'
import { RoutedAppender } from './routed-appender.ts'

/** An {@link EventWriter} over the segments of a stream. */
export class StreamEventWriter<T> extends RoutedAppender<T> implements EventWriter<T> {
  readonly stream: ScopedStream
  readonly writerId: string
  readonly #store: EventStore
  #hasNotedTime = false

  constructor(
    store: EventStore,
    stream: ScopedStream,
    writerId: string,
    settings: AppenderSettings<T>,
    segments: RouterOptions['segments'],
  ) {
    super(`the event writer of stream ${stream}`, settings, { store, segments, hasSuccessors: true })
    this.stream = stream
    this.writerId = writerId
    this.#store = store
  }

  async noteTime(timestamp: bigint | number, call?: CallOptions): Promise<void> {
    this.check()
    using deadline = this.deadline('the controller to note a time', call)
    const { controller } = this.#store
    this.#hasNotedTime = true
    const offsets = this.acknowledgedOffsets
    await controller.noteTimestampFromWriter(this.stream, this.writerId, timestamp, offsets, deadline.rest())
  }

  /** A writer that stays known holds the watermarks back. */
  protected override async leave(call: CallOptions): Promise<void> {
    if (!this.#hasNotedTime) return
    this.#hasNotedTime = false
    try {
      await this.#store.controller.removeWriter(this.stream, this.writerId, call)
    } catch (error) {
      if (!PravegaError.is(error, 'STREAM_NOT_FOUND')) throw error
    }
  }
}
