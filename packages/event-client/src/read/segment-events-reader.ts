import { type CallOptions, Deadline, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { type ReadResult, type SegmentReader, toOffset } from '@pravega-ts/segment-client'
import { EventOrigin } from './event-block.ts'
import { EventCutter } from './event-cutter.ts'
import { validMaxEventBytes } from './max-event-bytes.ts'
import type { SegmentBatch, SegmentEvents, SegmentEventsOptions } from './segment-events.ts'

/** A read that waits for the callers of `next()`. */
interface Waiting {
  readonly told: Promise<void>
  readonly abort: AbortController
  callers: number
}

/** {@link SegmentEvents} over a segment reader, which is opened when something is to be read and closed when nothing is. */
export class SegmentEventsReader<T> implements SegmentEvents<T> {
  readonly segment: ScopedSegment
  readonly #open: (offset: bigint) => SegmentReader
  readonly #onReadable: (() => void) | undefined
  readonly #cutter: EventCutter<T>
  #reader: SegmentReader | undefined
  #waiting: Waiting | undefined
  /** What the waiting read took, until it is cut. */
  #taken: Uint8Array | undefined
  #closed = false

  constructor(segment: ScopedSegment, open: (offset: bigint) => SegmentReader, options: SegmentEventsOptions<T>) {
    const { offset = 0n, endOffset, serializer, onReadable, maxEventBytes } = options
    this.segment = segment
    this.#open = open
    this.#onReadable = onReadable
    this.#cutter = new EventCutter(
      new EventOrigin(segment, serializer),
      toOffset('offset', offset),
      endOffset === undefined ? undefined : toOffset('endOffset', endOffset),
      validMaxEventBytes(maxEventBytes),
    )
    if (!this.#cutter.isAtEnd) this.#reader = open(this.offset)
  }

  get offset(): bigint {
    return this.#cutter.offset
  }

  tryNext(): SegmentBatch<T> | undefined {
    if (this.#closed) throw this.#closedError()
    for (;;) {
      const slice = this.#cut()
      if (slice !== undefined) return { kind: 'slice', slice }
      if (this.#cutter.isAtEnd) {
        this.#closeReader()
        return { kind: 'endOfSegment', offset: this.offset }
      }
      const bytes = this.#taken
      this.#taken = undefined
      if (bytes !== undefined) {
        this.#cutter.push(bytes)
        continue
      }
      this.#reader ??= this.#open(this.#cutter.nextPiece)
      // The waiting read has taken something, and brings it at once.
      if (this.#reader.offset !== this.#cutter.nextPiece) return undefined
      const result = this.#reader.tryRead()
      if (result === undefined) return undefined
      if (result.kind !== 'data') return this.#ended(this.#reader, result)
      this.#cutter.push(result.bytes)
    }
  }

  async next(call?: CallOptions): Promise<SegmentBatch<T>> {
    const now = this.tryNext()
    if (now !== undefined) return now
    using deadline = new Deadline(() => `Waiting for events at offset ${this.offset} of ${this.segment}`, call)
    for (;;) {
      await this.#wait(deadline)
      const batch = this.tryNext()
      if (batch !== undefined) return batch
    }
  }

  seek(offset: number | bigint): void {
    if (this.#closed) throw this.#closedError()
    const to = toOffset('offset', offset)
    this.#taken = undefined
    this.#cutter.startAt(to)
    if (this.#cutter.isAtEnd) this.#closeReader()
    else this.#reader?.seek(to)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#taken = undefined
    this.#cutter.startAt(this.offset)
    const reader = this.#reader
    this.#reader = undefined
    await reader?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #cut(): ReturnType<EventCutter<T>['next']> {
    try {
      return this.#cutter.next()
    } catch (error) {
      // What it reads ahead would take up the budget for nothing.
      this.#closeReader()
      throw error
    }
  }

  #ended(reader: SegmentReader, result: Exclude<ReadResult, { kind: 'data' }>): SegmentBatch<T> {
    const { offset } = this
    if (result.kind === 'truncated') {
      const { startOffset } = result
      this.#cutter.startAt(startOffset)
      reader.seek(startOffset)
      return { kind: 'truncated', offset, startOffset }
    }
    if (offset === result.offset) return { kind: 'endOfSegment', offset }
    throw new PravegaError(
      'CORRUPT_EVENT',
      `Segment ${this.segment} is sealed and ends at ${result.offset}, inside of the event that begins at ${offset}. The rest of that event does not exist; seek to the end to go on`,
      { details: { segment: String(this.segment), offset, end: result.offset } },
    )
  }

  /** Waits until `tryNext` is worth another try. */
  async #wait(deadline: Deadline): Promise<void> {
    const reader = this.#reader
    if (reader === undefined) return
    this.#waiting ??= this.#startWaiting(reader)
    const waiting = this.#waiting
    waiting.callers += 1
    try {
      await deadline.race(waiting.told)
    } catch (error) {
      if (waiting.callers === 1) this.#tellTaken()
      throw error
    } finally {
      waiting.callers -= 1
      if (waiting.callers === 0) waiting.abort.abort()
    }
  }

  #startWaiting(reader: SegmentReader): Waiting {
    const abort = new AbortController()
    const told = this.#readWaiting(reader, abort.signal)
    // Each caller that waits is told; when there is none, the next `tryNext` is.
    told.catch(() => {})
    return { told, abort, callers: 0 }
  }

  async #readWaiting(reader: SegmentReader, signal: AbortSignal): Promise<void> {
    try {
      const result = await reader.read({ signal })
      if (reader !== this.#reader || result.kind !== 'data') return
      const end = result.offset + BigInt(result.bytes.length)
      // After a seek the bytes of before are of no use.
      if (result.offset !== this.#cutter.nextPiece || reader.offset !== end) return
      this.#taken = result.bytes
      if (this.#waiting?.callers === 0) this.#tellTaken()
    } catch (error) {
      if (reader === this.#reader && !signal.aborted) throw error
    } finally {
      this.#waiting = undefined
    }
  }

  /** What was taken for callers that have given up since is told to whoever does not wait. */
  #tellTaken(): void {
    if (this.#taken !== undefined) this.#onReadable?.()
  }

  #closeReader(): void {
    // A reader whose end fails has ended all the same; nobody waits for it.
    this.#reader?.close().catch(() => {})
    this.#reader = undefined
  }

  #closedError(): PravegaError {
    return new PravegaError('CLOSED', `Reading the events of segment ${this.segment} was closed. Open it again`)
  }
}
