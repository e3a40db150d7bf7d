import { PravegaError } from '@pravega-ts/model'
import { EVENT_HEADER_LENGTH } from '../event-header.ts'
import type { Serializer } from '../serializer.ts'
import { LARGEST_EVENT, LARGEST_PLAIN_EVENT, writeEventHeader } from './event-frame.ts'

/** Events that may be larger than this are serialized apart: room for all that they might need would be wasted. */
const IN_PLACE_BYTES = 64 * 1024

type InPlace<T> = Required<Pick<Serializer<T>, 'maxLength' | 'encodeInto'>>

/** Turns events into their bytes in a segment, and refuses what is none. */
export class EventEncoder<T> {
  readonly #serializer: Serializer<T>
  readonly #inPlace: InPlace<T> | undefined
  readonly #largest: number
  #busy = false

  /** @param largeEvents - What to do with events that are too large for an append. */
  constructor(serializer: Serializer<T>, largeEvents: 'write' | 'refuse') {
    this.#serializer = serializer
    const { maxLength, encodeInto } = serializer
    this.#inPlace = maxLength !== undefined && encodeInto !== undefined ? (serializer as InPlace<T>) : undefined
    this.#largest = largeEvents === 'write' ? LARGEST_EVENT : LARGEST_PLAIN_EVENT
  }

  /**
   * Most bytes that {@link encode} will write, header included; 0: the event is to be serialized apart.
   *
   * @throws PravegaError `SERIALIZATION_FAILED`
   */
  room(event: T): number {
    if (this.#inPlace === undefined) return 0
    this.#check()
    let most: number
    try {
      most = this.#inPlace.maxLength(event)
    } catch (cause) {
      throw failed(cause)
    }
    if (!(most >= 0)) throw wrongLength(most)
    return most <= IN_PLACE_BYTES ? EVENT_HEADER_LENGTH + most : 0
  }

  /**
   * Writes an event with its header. Returns how many bytes that were.
   *
   * @param room - What {@link room} has said; so many bytes are free.
   * @throws PravegaError `SERIALIZATION_FAILED`
   */
  encode(event: T, target: Uint8Array, at: number, room: number): number {
    if (this.#inPlace === undefined) throw new RangeError('room() comes first')
    let length: number
    this.#busy = true
    try {
      length = this.#inPlace.encodeInto(event, target, at + EVENT_HEADER_LENGTH)
    } catch (cause) {
      throw failed(cause)
    } finally {
      this.#busy = false
    }
    if (!(length >= 0 && length <= room - EVENT_HEADER_LENGTH && Number.isInteger(length))) throw wrongLength(length)
    writeEventHeader(target, at, length)
    return EVENT_HEADER_LENGTH + length
  }

  /**
   * The payload of an event.
   *
   * @throws PravegaError `SERIALIZATION_FAILED`, `EVENT_TOO_LARGE`
   */
  serialize(event: T): Uint8Array {
    this.#check()
    let payload: Uint8Array
    this.#busy = true
    try {
      payload = this.#serializer.serialize(event)
    } catch (cause) {
      throw failed(cause)
    } finally {
      this.#busy = false
    }
    if (!(payload instanceof Uint8Array)) throw notBytes(payload)
    if (payload.length + EVENT_HEADER_LENGTH > this.#largest) throw tooLarge(payload.length, this.#largest)
    return payload
  }

  #check(): void {
    if (!this.#busy) return
    throw new PravegaError(
      'ILLEGAL_REQUEST',
      'A serializer has written an event while it was serializing one. Do that elsewhere',
    )
  }
}

export function tooLarge(payload: number, largest: number): PravegaError {
  const most = largest - EVENT_HEADER_LENGTH
  const remedy =
    largest === LARGEST_EVENT
      ? 'Split it'
      : "Split it, or open the writer with largeEvents: 'write', which takes up to 1 GiB"
  return new PravegaError(
    'EVENT_TOO_LARGE',
    `An event of ${payload} bytes is refused: at most ${most} are allowed. ${remedy}`,
    {
      details: { length: payload, most },
    },
  )
}

function failed(cause: unknown): PravegaError {
  if (PravegaError.is(cause, 'SERIALIZATION_FAILED')) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return new PravegaError('SERIALIZATION_FAILED', `An event was not written: its serializer failed: ${why}`, { cause })
}

function wrongLength(length: unknown): PravegaError {
  return new PravegaError(
    'SERIALIZATION_FAILED',
    `An event was not written: its serializer says that it has ${length} bytes. maxLength must not be below what encodeInto writes`,
  )
}

function notBytes(payload: unknown): PravegaError {
  const got = typeof payload === 'object' ? (Object.prototype.toString.call(payload) as string) : typeof payload
  return new PravegaError(
    'SERIALIZATION_FAILED',
    `An event was not written: its serializer gave ${got}, not a Uint8Array. Give the writer a serializer for such events; without one they must be bytes`,
  )
}
