import type { CallOptions, ScopedStream } from '@pravega-ts/model'
import type { EventAppender } from './event-appender.ts'
import type { EventAppenderOptions } from './write/appender-options.ts'

/** Options of an event writer. */
export interface EventWriterOptions<T> extends EventAppenderOptions<T> {
  /** Name under which event times are noted, see {@link EventWriter.noteTime}. Default: a random one. */
  readonly writerId?: string | undefined
}

/**
 * Writes events to a stream: each once, events of a key in the order of the calls, through lost connections, moved, sealed, split
 * and merged segments. An acknowledged event says that all earlier ones of this writer to its segment are durable too.
 *
 * A failure that no other segment helps against (the stream is sealed or deleted, a token is refused, attempts are used up) ends the
 * writer: what is pending fails with it, and so does every later call.
 */
export interface EventWriter<T> extends EventAppender<T> {
  readonly stream: ScopedStream
  readonly writerId: string
  /**
   * Tells the controller up to which time this writer has written, for watermarks: the time holds for what is acknowledged when it is
   * called, so flush first. The writer holds the watermarks of the stream back until it notes a later time or is closed.
   *
   * @param timestamp - Milliseconds, or any clock that all writers of the stream share. Must not go down.
   * @throws PravegaError `INVALID_ARGUMENT` for a time that goes down, `STREAM_NOT_FOUND`, `CLOSED`
   */
  noteTime(timestamp: bigint | number, call?: CallOptions): Promise<void>
}
