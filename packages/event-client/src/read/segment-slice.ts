import { PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { freeFrameMemory } from '@pravega-ts/segment-client'
import { EVENT_HEADER_LENGTH } from '../event-header.ts'
import type { EventBlock } from './event-block.ts'
import { ReceivedEvent } from './received-event.ts'

/**
 * Events of one segment, one behind the other, as they were received: a view on that memory. Only whole events are in it.
 *
 * `next()` and iterations go over the same events: a `for` loop that is left early goes on, when the slice is iterated again, with the
 * event behind the last one that was given out.
 */
export class SegmentSlice<T> implements Iterable<ReceivedEvent<T>> {
  readonly #block: EventBlock<T>
  readonly #start: number
  readonly #end: number
  #at: number
  #isFreed = false

  /** @internal */
  constructor(block: EventBlock<T>, start: number, end: number) {
    this.#block = block
    this.#start = start
    this.#end = end
    this.#at = start
  }

  get segment(): ScopedSegment {
    return this.#block.origin.segment
  }

  /** Where its first event begins. */
  get startOffset(): bigint {
    return this.#block.offset + BigInt(this.#start)
  }

  /** Behind the last event that was given out. */
  get offset(): bigint {
    return this.#block.offset + BigInt(this.#at)
  }

  /** Behind its last event. */
  get endOffset(): bigint {
    return this.#block.offset + BigInt(this.#end)
  }

  /** Whether all its events were given out. */
  get isEmpty(): boolean {
    return this.#at >= this.#end
  }

  /** Bytes of the events that were not given out yet, headers included. */
  get remainingBytes(): number {
    return this.#end - this.#at
  }

  /** The next event; undefined: all were given out. */
  next(): ReceivedEvent<T> | undefined {
    const start = this.#at
    if (start >= this.#end) return undefined
    const block = this.#block
    const payloadStart = start + EVENT_HEADER_LENGTH
    // Whoever made the slice has looked at all headers.
    const length = lengthAt(block.bytes, start + 4)
    this.#at = payloadStart + length
    return new ReceivedEvent(block, payloadStart, length)
  }

  /**
   * Goes on elsewhere in the slice, also with events that were given out before.
   *
   * @param offset - From `startOffset` to `endOffset`, where an event begins or ends
   * @throws PravegaError `INVALID_ARGUMENT` for any other
   */
  seek(offset: bigint): void {
    const { bytes, offset: base } = this.#block
    const target = Number(offset - base)
    let at = this.#isFreed ? this.#end : this.#start
    while (at < target && at < this.#end) at += EVENT_HEADER_LENGTH + lengthAt(bytes, at + 4)
    if (at !== target) throw this.#noEventAt(offset)
    this.#at = at
  }

  /**
   * Gives the memory back at once rather than when the garbage collector comes; for programs that read much. The slice gives out
   * nothing more. Its events, their payloads, and values that consist of bytes must not be touched afterwards, copies may.
   */
  free(): void {
    this.#at = this.#end
    this.#isFreed = true
    freeFrameMemory(this.#block.bytes)
  }

  *[Symbol.iterator](): Generator<ReceivedEvent<T>, void, undefined> {
    for (let event = this.next(); event !== undefined; event = this.next()) yield event
  }

  #noEventAt(offset: bigint): PravegaError {
    const { segment, startOffset, endOffset } = this
    const rule = this.#isFreed
      ? 'its memory was given back'
      : `give one from ${startOffset} to ${endOffset} where an event begins or ends`
    const why = `Offset ${offset} in a slice of segment ${segment} is refused`
    return new PravegaError('INVALID_ARGUMENT', `${why}: ${rule}`, {
      details: { segment: String(segment), offset, startOffset, endOffset },
    })
  }
}

function lengthAt(bytes: { readonly [index: number]: number }, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  )
}
