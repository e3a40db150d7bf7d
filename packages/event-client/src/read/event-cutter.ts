import { PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { freeFrameMemory } from '@pravega-ts/segment-client'
import { asBuffer } from '../as-buffer.ts'
import { EVENT_HEADER_LENGTH, endOfWholeEvents } from '../event-header.ts'
import { CarriedEvent } from './carried-event.ts'
import type { EventOrigin } from './event-block.ts'
import { SegmentSlice } from './segment-slice.ts'

const NOTHING: Buffer = Buffer.alloc(0)

/**
 * Cuts the bytes of a segment, which come in pieces of any length, into slices of whole events. An event that lies in several
 * pieces is put together and comes as a slice of its own.
 */
export class EventCutter<T> {
  readonly #origin: EventOrigin<T>
  /** Events that begin here or behind are left alone. */
  readonly #end: bigint | undefined
  readonly #maxEventBytes: number
  #offset: bigint
  #chunk: Buffer = NOTHING
  /** Where what was not cut yet begins in the chunk. */
  #at = 0
  #carried: CarriedEvent | undefined

  /** @param maxEventBytes - Most bytes of an event's payload. */
  constructor(origin: EventOrigin<T>, offset: bigint, end: bigint | undefined, maxEventBytes: number) {
    this.#origin = origin
    this.#offset = offset
    this.#end = end
    this.#maxEventBytes = maxEventBytes
  }

  /** Offset of the first byte that is in no slice yet. */
  get offset(): bigint {
    return this.#offset
  }

  /** Offset behind all bytes that are here: that of the next piece. */
  get nextPiece(): bigint {
    return this.#offset + BigInt((this.#carried?.length ?? 0) + this.#chunk.length - this.#at)
  }

  get isAtEnd(): boolean {
    return this.#end !== undefined && this.#offset >= this.#end
  }

  /** Starts anew somewhere else. */
  startAt(offset: bigint): void {
    this.#offset = offset
    this.#carried = undefined
    this.#dropChunk()
  }

  /** The next piece. The one before must have been cut to its end: `next()` has returned undefined. */
  push(bytes: Uint8Array): void {
    this.#chunk = asBuffer(bytes)
    this.#at = 0
  }

  /**
   * The next slice; undefined: for that, more has to come, or the end was reached.
   *
   * @throws PravegaError `CORRUPT_EVENT`, `EVENT_TOO_LARGE`, until it is started anew
   */
  next(): SegmentSlice<T> | undefined {
    if (this.isAtEnd) return undefined
    if (this.#carried !== undefined) return this.#continue(this.#carried)
    const chunk = this.#chunk
    const start = this.#at
    if (start === chunk.length) return undefined
    const end = endOfWholeEvents(chunk, start, this.#beginBefore(start))
    if (end === start) return this.#continue(this.#carry())
    const block = { origin: this.#origin, bytes: chunk, offset: this.#offset - BigInt(start) }
    this.#offset += BigInt(end - start)
    this.#at = end
    if (end === chunk.length || this.isAtEnd) this.#dropChunk()
    else this.#take(this.#carry())
    return new SegmentSlice(block, start, end)
  }

  #carry(): CarriedEvent {
    this.#carried = new CarriedEvent()
    return this.#carried
  }

  #continue(carried: CarriedEvent): SegmentSlice<T> | undefined {
    const chunk = this.#chunk
    const start = this.#at
    this.#take(carried)
    // No slice looks at it.
    if (start === 0 && this.#chunk === NOTHING) freeFrameMemory(chunk)
    if (carried.isCorrupt) throw corruptEvent(this.#origin.segment, this.#offset, carried.bytes)
    this.#checkLength(carried)
    if (!carried.isComplete) return undefined
    const { bytes } = carried
    const slice = new SegmentSlice({ origin: this.#origin, bytes, offset: this.#offset }, 0, bytes.length)
    this.#offset += BigInt(bytes.length)
    this.#carried = undefined
    return slice
  }

  /** Events that came in one piece are no larger than a piece. */
  #checkLength({ wholeLength = 0 }: CarriedEvent): void {
    const length = wholeLength - EVENT_HEADER_LENGTH
    if (length > this.#maxEventBytes) throw tooLarge(this.#origin.segment, this.#offset, length, this.#maxEventBytes)
  }

  #take(carried: CarriedEvent): void {
    this.#at = carried.take(this.#chunk, this.#at)
    if (this.#at === this.#chunk.length) this.#dropChunk()
  }

  #beginBefore(start: number): number {
    return this.#end === undefined ? this.#chunk.length : start + Number(this.#end - this.#offset)
  }

  #dropChunk(): void {
    this.#chunk = NOTHING
    this.#at = 0
  }
}

function corruptEvent(segment: ScopedSegment, offset: bigint, header: Buffer): PravegaError {
  const found = header.subarray(0, EVENT_HEADER_LENGTH).toString('hex')
  return new PravegaError(
    'CORRUPT_EVENT',
    `There is no event at offset ${offset} of segment ${segment}: its header would be ${found}. Either no event begins at this offset, or something other than events was written. Seek to where an event begins`,
    { details: { segment: String(segment), offset, header: found } },
  )
}

function tooLarge(segment: ScopedSegment, offset: bigint, length: number, maxEventBytes: number): PravegaError {
  const remedy = `Read with a higher maxEventBytes, or seek to ${offset + BigInt(EVENT_HEADER_LENGTH + length)}, behind it`
  return new PravegaError(
    'EVENT_TOO_LARGE',
    `The event at offset ${offset} of segment ${segment} is not read: it has ${length} bytes, and maxEventBytes is ${maxEventBytes}. ${remedy}; if no writer makes such events, none begins at this offset`,
    { details: { segment: String(segment), offset, length, maxEventBytes } },
  )
}
