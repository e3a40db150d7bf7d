import { PravegaError, type ScopedSegment, type ScopedStream } from '@pravega-ts/model'
import { EVENT_HEADER_LENGTH } from '../event-header.ts'
import { EventPointer } from '../event-pointer.ts'
import type { EventBlock } from './event-block.ts'

const UNREAD: unique symbol = Symbol('unread')

/**
 * An event that was read. It is a view on received memory, up to a few megabytes with other events in it: keep a
 * {@link ReceivedEvent.copy} rather than the event itself, its `payload`, or a `value` that consists of bytes.
 */
export class ReceivedEvent<T> {
  readonly #block: EventBlock<T>
  readonly #start: number
  /** Length of the payload, in bytes. */
  readonly length: number
  #payload: Buffer | undefined
  #value: T | typeof UNREAD

  /** @internal */
  constructor(block: EventBlock<T>, start: number, length: number) {
    this.#block = block
    this.#start = start
    this.length = length
    this.#payload = undefined
    this.#value = UNREAD
  }

  /**
   * The event. The payload is deserialized when this is asked for first.
   *
   * @throws PravegaError `SERIALIZATION_FAILED`, with segment and offset; events behind it are not affected
   */
  get value(): T {
    if (this.#value === UNREAD) this.#value = this.#deserialize()
    return this.#value
  }

  /** The bytes of the event: a view, not a copy. */
  get payload(): Uint8Array {
    this.#payload ??= this.#block.bytes.subarray(this.#start, this.#start + this.length)
    return this.#payload
  }

  get segment(): ScopedSegment {
    return this.#block.origin.segment
  }

  get stream(): ScopedStream {
    return this.#block.origin.stream
  }

  /** Where it begins in its segment. */
  get offset(): bigint {
    return this.#block.offset + BigInt(this.#start - EVENT_HEADER_LENGTH)
  }

  /** Behind it: where the next event begins. */
  get endOffset(): bigint {
    return this.#block.offset + BigInt(this.#start + this.length)
  }

  /** Where it is, to be stored, and read again with {@link fetchEvent}. */
  get pointer(): EventPointer {
    return new EventPointer(this.segment, this.offset, EVENT_HEADER_LENGTH + this.length)
  }

  /** The same event in memory of its own, to be kept. */
  copy(): ReceivedEvent<T> {
    const { origin } = this.#block
    const bytes = Buffer.from(this.payload)
    return new ReceivedEvent({ origin, bytes, offset: this.offset + BigInt(EVENT_HEADER_LENGTH) }, 0, this.length)
  }

  #deserialize(): T {
    const { bytes, origin } = this.#block
    const { serializer } = origin
    try {
      if (serializer.decodeFrom !== undefined) return serializer.decodeFrom(bytes, this.#start, this.length)
      return serializer.deserialize(this.payload)
    } catch (cause) {
      const { segment, offset, length } = this
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new PravegaError(
        'SERIALIZATION_FAILED',
        `The event at offset ${offset} of segment ${segment} (${length} bytes) cannot be deserialized: ${why}. Its bytes are in payload`,
        { cause, details: { segment: String(segment), offset, length } },
      )
    }
  }
}
