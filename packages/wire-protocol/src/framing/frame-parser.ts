import { PravegaError } from '@pravega-ts/model'
import { FRAME_HEADER_BYTES, MAX_FRAME_BYTES } from '../limits.ts'
import { commandName, type RawFrame, unknownType } from './frame.ts'
import { PartialFrame } from './partial-frame.ts'

export interface FrameParserOptions {
  /** Largest payload accepted, in bytes. Default 16 777 215. */
  readonly maxFrameBytes?: number | undefined
  /**
   * True if nobody else looks at the chunks that are pushed, now or later. Their memory is given back to the system as soon as all of it
   * has been copied into large frames. Default: false.
   */
  readonly ownsChunks?: boolean | undefined
}

/** Size of the memory that small frames are read into, one behind the other. */
const SLAB_BYTES = 65_536
/** A reader gets at least this much room, unless the frame being read needs less. */
const MIN_ROOM_BYTES = 4096
/** From so many chunks on, those that were taken are not kept in the list for long. */
const LONG_QUEUE = 1024
const NOTHING = Buffer.alloc(0)

/**
 * Cuts a stream of bytes into frames; does no input or output. Bytes come in through `push`, or, with one copy less,
 * are read into what `reserve()` returns and then announced with `commit()`. Take frames with `next()` until it
 * returns undefined.
 *
 * Payloads are views on memory that is not written again, so they stay valid as long as anyone holds them. A frame that
 * arrives in several pieces is put together in memory of its own, which grows with what has arrived and never to what
 * a length field claims.
 */
export class FrameParser {
  readonly #maxFrameBytes: number
  readonly #ownsChunks: boolean
  // The unread bytes are #bytes[#start, #end), then #queue; none of them belongs to #partial.
  #bytes: Buffer = NOTHING
  #start = 0
  #end = 0
  // True if #bytes was allocated here and may be written behind #end.
  #isSlab = false
  // True if all that was taken from #bytes was copied.
  #isCopied = true
  #queue: (Buffer | undefined)[] = []
  // Position in #queue: taking from the front of a long list would move all the rest.
  #taken = 0
  #partial: PartialFrame | undefined
  #failure: PravegaError | undefined

  constructor(options: FrameParserOptions = {}) {
    this.#maxFrameBytes = options.maxFrameBytes ?? MAX_FRAME_BYTES
    this.#ownsChunks = options.ownsChunks ?? false
  }

  /** True while bytes have arrived that no frame has been made of. */
  get pending(): boolean {
    return this.#partial !== undefined || this.#start < this.#end || this.#queue.length > this.#taken
  }

  /** Takes over the next bytes of the stream. They must not change any more. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#queue.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
  }

  /** Room, never empty, for a reader to put the next bytes of the stream into; valid until the next call of any method. */
  reserve(): Uint8Array {
    if (this.#partial !== undefined) return this.#partial.room()
    if (!this.#isSlab || this.#bytes.length - this.#end < MIN_ROOM_BYTES) {
      const unread = this.#end - this.#start
      const slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, unread + MIN_ROOM_BYTES))
      this.#bytes.copy(slab, 0, this.#start, this.#end)
      this.#bytes = slab
      this.#start = 0
      this.#end = unread
      this.#isSlab = true
    }
    return this.#bytes.subarray(this.#end)
  }

  /** Says that the first `count` bytes of the reserved room have been filled. */
  commit(count: number): void {
    if (this.#partial !== undefined) this.#partial.filled += count
    else this.#end += count
  }

  /**
   * The next complete frame, or undefined when more bytes are needed.
   * @throws PravegaError PROTOCOL_VIOLATION for a negative or too large length and for an unknown type; from then on
   * with every call.
   */
  next(): RawFrame | undefined {
    if (this.#failure !== undefined) throw this.#failure
    for (;;) {
      if (this.#partial !== undefined) return this.#continuePartial(this.#partial)
      const available = this.#end - this.#start
      if (available < FRAME_HEADER_BYTES) {
        if (!this.#nextChunk()) return undefined
        continue
      }
      const type = this.#bytes.readInt32BE(this.#start)
      const length = this.#checkLength(type, this.#bytes.readInt32BE(this.#start + 4))
      const size = FRAME_HEADER_BYTES + length
      const payload = this.#start + FRAME_HEADER_BYTES
      if (available >= size) {
        this.#start += size
        this.#isCopied = false
        return { type, payload: this.#bytes.subarray(payload, payload + length) }
      }
      if (this.#isSlab && this.#queue.length === this.#taken && this.#start + size <= this.#bytes.length)
        return undefined
      this.#partial = new PartialFrame(type, length)
      this.#start = payload
    }
  }

  #continuePartial(partial: PartialFrame): RawFrame | undefined {
    while (!partial.complete) {
      if (this.#start === this.#end && !this.#nextChunk()) return undefined
      this.#start += partial.take(this.#bytes.subarray(this.#start, this.#end))
    }
    this.#partial = undefined
    return { type: partial.type, payload: partial.payload }
  }

  /** Goes on to the next pushed chunk, which the few unread bytes are put in front of. */
  #nextChunk(): boolean {
    const chunk = this.#nextQueued()
    if (chunk === undefined) return false
    const unread = this.#bytes.subarray(this.#start, this.#end)
    if (unread.length === 0) {
      this.#giveBack()
      this.#bytes = chunk
    } else {
      this.#bytes = Buffer.concat([unread, chunk])
    }
    this.#start = 0
    this.#end = this.#bytes.length
    this.#isSlab = false
    this.#isCopied = true
    return true
  }

  #nextQueued(): Buffer | undefined {
    const chunk = this.#queue[this.#taken]
    if (chunk === undefined) return undefined
    this.#queue[this.#taken++] = undefined
    if (this.#taken === this.#queue.length) {
      this.#emptyQueue()
    } else if (this.#taken >= LONG_QUEUE && this.#taken * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#taken)
      this.#taken = 0
    }
    return chunk
  }

  #emptyQueue(): void {
    this.#queue = []
    this.#taken = 0
  }

  /** Frees a chunk in which nothing is that anybody still looks at. */
  #giveBack(): void {
    const { buffer, length } = this.#bytes
    if (!this.#ownsChunks || !this.#isCopied || this.#isSlab || length === 0 || length < buffer.byteLength) return
    if (buffer instanceof ArrayBuffer) buffer.transfer(0)
  }

  #checkLength(type: number, length: number): number {
    if (commandName(type) === undefined) throw this.#fail(unknownType(type))
    if (length >= 0 && length <= this.#maxFrameBytes) return length
    throw this.#fail(
      new PravegaError(
        'PROTOCOL_VIOLATION',
        `the peer announced a ${commandName(type)} of ${length} bytes; a frame has 0 to ${this.#maxFrameBytes}`,
        { details: { type, length, maxFrameBytes: this.#maxFrameBytes } },
      ),
    )
  }

  #fail(failure: PravegaError): PravegaError {
    this.#failure = failure
    this.#bytes = NOTHING
    this.#start = 0
    this.#end = 0
    this.#emptyQueue()
    return failure
  }
}
