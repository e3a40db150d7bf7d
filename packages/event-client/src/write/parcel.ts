import type { PravegaError } from '@pravega-ts/model'
import { Acknowledgement, type UnackedBlock } from '@pravega-ts/segment-client'
import { type Creditor, EventKeys } from './event-keys.ts'

/** Usual size of a parcel that events are gathered in, in bytes. */
const PARCEL_BYTES = 64 * 1024

/**
 * Pieces (events, or several that must stay together) that wait to be appended somewhere, in order, and share one outcome. Either
 * gathered while there was no room, or taken over from a segment that takes no more.
 */
export class Parcel implements Creditor {
  readonly keys: EventKeys
  readonly #pieces: Uint8Array[]
  readonly #source: UnackedBlock | undefined
  /** Where the next event is gathered, in the last of the pieces of memory. */
  #end: number
  /** The first piece that is not given out yet, and where it lies. */
  #next = 0
  #memory = 0
  #at = 0
  #waitingBytes: number
  /** Pieces without an outcome. */
  #unsettled: number
  readonly #acknowledgement = new Acknowledgement()

  private constructor(keys: EventKeys, pieces: Uint8Array[], bytes: number, source: UnackedBlock | undefined) {
    this.keys = keys
    this.#pieces = pieces
    this.#source = source
    this.#unsettled = keys.count
    this.#waitingBytes = bytes
    this.#end = bytes
  }

  /** An empty one to gather pieces in, the first of them with up to `length` bytes. */
  static gather(length: number): Parcel {
    const memory = Buffer.allocUnsafeSlow(Math.max(PARCEL_BYTES, length))
    return new Parcel(new EventKeys(), [memory], 0, undefined)
  }

  /** One piece whose memory is left to the parcel. */
  static of(position: number, bytes: Uint8Array): Parcel {
    const keys = new EventKeys()
    keys.push(position, bytes.length)
    return new Parcel(keys, [bytes], bytes.length, undefined)
  }

  /** What a segment did not take. */
  static takeOver(block: UnackedBlock): Parcel {
    const keys = block.context instanceof EventKeys ? block.context : new EventKeys()
    return new Parcel(keys, [...block.data], block.bytes, block)
  }

  /** Resolves when everything in here is durable. A rejection that nobody looks at is no unhandled rejection. */
  get acked(): Promise<void> {
    return this.#acknowledgement.promise
  }

  /** Bytes that are not given out yet. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  get isGivenOut(): boolean {
    return this.#next === this.keys.count
  }

  /** Position of the next piece to give out. */
  get position(): number {
    return this.keys.position(this.#next)
  }

  /** Length of the next piece to give out. */
  get length(): number {
    return this.keys.length(this.#next)
  }

  /** The next piece to give out. */
  get head(): Uint8Array {
    return (this.#pieces[this.#memory] as Uint8Array).subarray(this.#at, this.#at + this.length)
  }

  /** The next piece is given out. */
  skip(): void {
    const { length } = this
    this.#next += 1
    this.#waitingBytes -= length
    this.#at += length
    if (this.#at < (this.#pieces[this.#memory] as Uint8Array).length) return
    this.#memory += 1
    this.#at = 0
  }

  /** Positions of what is not given out yet. */
  *positions(): Iterable<number> {
    for (let piece = this.#next; piece < this.keys.count; piece++) yield this.keys.position(piece)
  }

  /** Memory of a parcel that gathers. */
  get buffer(): Uint8Array {
    return this.#pieces[0] as Uint8Array
  }

  /** Where in {@link buffer} `length` more bytes can be put; -1: nowhere. */
  reserve(length: number): number {
    if (this.#source !== undefined || this.#pieces.length !== 1) return -1
    return this.buffer.length - this.#end >= length ? this.#end : -1
  }

  /** What was put there is the last piece. */
  commit(position: number, length: number): this {
    this.keys.push(position, length)
    this.#end += length
    this.#waitingBytes += length
    this.#unsettled += 1
    return this
  }

  paid(pieces: number): void {
    this.#unsettled -= pieces
    if (this.#unsettled === 0) this.#settle(undefined)
  }

  fail(error: PravegaError): void {
    this.#settle(error)
  }

  #settle(error: PravegaError | undefined): void {
    if (!this.#acknowledgement.settle(error)) return
    this.#source?.settle(error)
    this.keys.settle(error)
  }
}
