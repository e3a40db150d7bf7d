import type { ReceivedEvent } from '@pravega-ts/event-client'
import type { CallOptions, CloseOptions, ScopedStream } from '@pravega-ts/model'
import type { ReaderPosition } from '../codec/reader-position.ts'
import type { TimeWindow } from '../time/time-window.ts'
import type { ReaderItem } from './reader-item.ts'
import type { ReaderSlice } from './reader-slice.ts'

/**
 * Options of an iteration. `signal` ends it with `ABORTED` where it asks for the next event or batch, so what is in hand then counts as
 * done; `timeoutMs` is how long each step may wait.
 */
export interface IterationOptions extends CallOptions {
  /**
   * Whether the event or batch in hand counts as done when the loop is left early, by `break`, `return` or an exception. Default
   * `false`: it comes again, to this reader or to the one that gets the segment next.
   */
  readonly acknowledgeOnBreak?: boolean | undefined
}

/** Options of an iteration over events. */
export interface EventIterationOptions extends IterationOptions {
  /**
   * `'event'`: an event is acknowledged when the next one is asked for. `'batch'`: all events that were received together are, when the
   * first one behind them is asked for; a loop that is left early begins the batch anew. Default `'event'`.
   */
  readonly acknowledge?: 'event' | 'batch' | undefined
}

/** Options of an iteration over batches. */
export interface BatchIterationOptions extends IterationOptions {
  /**
   * `true`: a batch and its events are yours until you ask for the next one; then its memory is free again at once. Payloads, and values
   * that consist of bytes, must not be touched afterwards. Default `false`: they are yours for as long as you like.
   */
  readonly borrowed?: boolean | undefined
}

/**
 * Reads events of a group: each goes to one of its readers. A reader owns some of the segments, and takes care by itself of getting
 * its share, of giving segments to readers that join, of what follows a segment when a stream scales, and of checkpoints.
 *
 * There are several ways to read; they may be mixed. All of them see the events of a segment in order, wait on all segments at once,
 * and serve the segments that have something in turn.
 *
 * What is acknowledged is handed over when the reader closes, and recorded with checkpoints; a reader that dies falls back to the
 * positions recorded last. What is not acknowledged comes again.
 *
 * Reading fails with `READER_OFFLINE` when another member took the reader offline, `READER_GROUP_RESET`, `READER_GROUP_NOT_FOUND`,
 * `READER_GROUP_STALE` when a segment is gone, `CLOSED`, with what reading a segment fails with, and with what kept the reader from
 * its group's state; after the latter, the next call may succeed.
 */
export interface EventReader<T> extends AsyncDisposable, AsyncIterable<ReceivedEvent<T>> {
  readonly readerId: string
  /** `scope/group` */
  readonly group: string
  /** Names of the segments that it owns now. */
  readonly segments: readonly string[]
  /** What is acknowledged in the segments that it owns; to be stored, and given to `readerOffline`. */
  position(): ReaderPosition
  /**
   * Where the whole group is in the event time of a stream: between the newest watermark that its members have passed, as they have told, and
   * the oldest one that lies ahead of them. In the unit in which writers note times.
   *
   * As of the last look at the group's state; new watermarks are looked for once in the group's refresh time, and only while somebody
   * asks. Both bounds are undefined when there are no watermarks; `upper` is at the tail. `lower` goes back only when the group does, as when
   * a reader has died and its events come again.
   *
   * @param stream - One that the group reads; as text `scope/stream`
   * @param call - `timeoutMs`: default `stateTimeoutMs`
   * @throws PravegaError `INVALID_ARGUMENT` for another stream, `SERIALIZATION_FAILED` for a watermark that cannot be read, `ABORTED`,
   * `DEADLINE_EXCEEDED`; `CLOSED`, `READER_OFFLINE` and what else keeps the reader from being one
   */
  currentTimeWindow(stream: ScopedStream | string, call?: CallOptions): Promise<TimeWindow>

  /**
   * Waits for events: several of one segment, in one slice. Several slices may be out, one of each segment. Its events are acknowledged
   * by giving it back, {@link EventReader.releaseSegment}; nothing else of its segment comes before that.
   *
   * @returns undefined when nothing has come in `timeoutMs`, or nothing will come any more: everything is read, by all readers
   * @throws PravegaError `ABORTED`, and see above
   */
  acquireSegment(call?: CallOptions): Promise<ReaderSlice<T> | undefined>
  /**
   * Gives a slice back: the events that it has given out are acknowledged, the others come again. Does nothing the second time.
   *
   * @throws PravegaError `READER_OFFLINE`, `READER_GROUP_RESET` when its segment was taken from this reader, unless it rejoins by itself
   */
  releaseSegment(slice: ReaderSlice<T>): void
  /**
   * Gives a slice back with everything before an offset acknowledged.
   *
   * @param offset - From the slice's `startOffset` to its `endOffset`, where an event begins or ends
   * @throws PravegaError `INVALID_ARGUMENT`; and as `releaseSegment`
   */
  releaseSegmentAt(slice: ReaderSlice<T>, offset: number | bigint): void

  /** Event by event, until everything is read or the reader is closed. The default iteration. */
  events(options?: EventIterationOptions): AsyncIterableIterator<ReceivedEvent<T>>
  /**
   * Slice by slice: the fastest way. A slice is given back, as by `releaseSegment`, when the next one is asked for.
   */
  batches(options?: BatchIterationOptions): AsyncIterableIterator<ReaderSlice<T>>
  /**
   * The next event, or whatever else there is to know. The event before is acknowledged by this call.
   *
   * @returns `idle` when nothing has come in `timeoutMs`
   * @throws PravegaError `ABORTED`, and see above
   */
  read(call?: CallOptions): Promise<ReaderItem<T>>
  /** As repeated calls of `read`, up to and including `endOfData`. */
  items(options?: IterationOptions): AsyncIterableIterator<ReaderItem<T>>

  /**
   * Leaves the group: its segments go to other readers, from what is acknowledged on. Does nothing the second time, or when another
   * member has taken the reader offline.
   */
  offline(call?: CallOptions): Promise<void>
  /**
   * Leaves the group, for up to `timeouts.closeMs`, and ends reading: iterations end, other calls that wait fail with `CLOSED`. With
   * `force` it leaves without waiting for that to be written; if it cannot be, the reader stays in the group until it is taken offline.
   *
   * What is in hand is not acknowledged by this: while a loop is still at work on an event, another reader gets it once more. End the
   * loop before, by its `signal`, or by `break` with `acknowledgeOnBreak`, wait for it, and close then.
   */
  close(options?: CloseOptions): Promise<void>
}
