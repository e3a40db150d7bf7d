import type { SegmentWithRange } from '@pravega-ts/controller-client'
import { type CallOptions, newWriterId, PravegaError, type ScopedStream, validateWriterId } from '@pravega-ts/model'
import type { EventAppender } from '../event-appender.ts'
import type { EventStore } from '../event-store.ts'
import type { EventWriter, EventWriterOptions } from '../event-writer.ts'
import { appenderSettings, type EventAppenderOptions } from './appender-options.ts'
import { RoutedAppender } from './routed-appender.ts'
import { StreamEventWriter } from './stream-event-writer.ts'
import { streamSealed } from './succession.ts'

/**
 * Opens a writer of events.
 *
 * @param call - For opening.
 * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `INVALID_ARGUMENT` for an option
 */
export async function openEventWriter<T = Uint8Array>(
  store: EventStore,
  stream: ScopedStream,
  options: EventWriterOptions<T> = {},
  call?: CallOptions,
): Promise<EventWriter<T>> {
  const writerId = options.writerId === undefined ? newWriterId() : validateWriterId(options.writerId)
  const settings = appenderSettings(options, store.config)
  const { segments } = await store.controller.getCurrentSegments(stream, call)
  if (segments.length === 0) throw streamSealed(stream)
  return new StreamEventWriter(store, stream, writerId, settings, segments)
}

/** Options of a writer of fixed segments. */
export interface FixedEventWriterOptions<T> extends EventAppenderOptions<T> {
  /** Who writes, for error messages, as in "transaction 1b4e28ba of stream shop/orders". Default: the names of the segments. */
  readonly what?: string | undefined
}

/**
 * Opens a writer of events to given segments, for instance those of a transaction. Nothing takes the place of a segment that is sealed
 * or gone: the writer then ends with `SEGMENT_SEALED` or `NO_SUCH_SEGMENT`. Does not connect before there is something to write.
 *
 * @param segments - Segments and their key ranges, which together cover the key space.
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function openFixedEventWriter<T = Uint8Array>(
  store: EventStore,
  segments: readonly SegmentWithRange[],
  options: FixedEventWriterOptions<T> = {},
): EventAppender<T> {
  if (segments.length === 0) {
    throw new PravegaError(
      'INVALID_ARGUMENT',
      'A writer without segments is refused: give those of a stream or transaction',
    )
  }
  const names = segments.map(({ segment }) => segment.toString()).join(', ')
  const settings = appenderSettings(options, store.config)
  return new RoutedAppender(options.what ?? `the event writer of ${names}`, settings, {
    store,
    segments,
    hasSuccessors: false,
  })
}
