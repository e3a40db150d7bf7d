import type { PravegaError } from '@pravega-ts/model'
import { Acknowledgement } from './acknowledgement.ts'
import type { Slab, SlabPool } from './slab-pool.ts'

/**
 * Appends that travel, are stored and are acknowledged together.
 *
 * An acknowledgement covers everything that this writer appended before it, so one promise for a block says as much as one
 * promise for each append in it.
 */
export interface AppendBlock {
  /** Free for the layer above, for example the routing keys of the events in here. */
  context: unknown
  /** Events in here so far. */
  readonly events: number
  /** Bytes in here so far. */
  readonly bytes: number
  /**
   * Resolves when everything in here, and everything that the writer appended before, is durable. Rejects when that will not
   * be. Made when it is first asked for; a rejection that nobody looks at is no unhandled rejection.
   */
  readonly acked: Promise<void>
}

/** A block that a writer could not append, handed to the layer above with the promises that wait for it. */
export interface UnackedBlock {
  readonly context: unknown
  readonly events: number
  readonly bytes: number
  /** What was appended, in order, in one or several pieces. */
  readonly data: readonly Uint8Array[]
  /** Settles {@link AppendBlock.acked}: to be called once, when the data found another place or never will. */
  settle(error?: PravegaError): void
}

/** Sizes of what surrounds the data of an append in its frame. */
export interface FrameLayout {
  /** Bytes before the data. */
  readonly prefix: number
  /** Bytes after the data. */
  readonly trailer: number
}

/** Where the header of a frame begins, and where its last fields go. */
export interface FramePlaces {
  readonly header: Uint8Array
  readonly headerAt: number
  readonly trailer: Uint8Array
  readonly trailerAt: number
}

/** The writer's own view of an {@link AppendBlock}. */
export class Block implements AppendBlock {
  context: unknown
  events = 0
  bytes = 0
  /** Number of its last event. -1 until it is sent for the first time. */
  number = -1n
  /** How often it was sent, each time on another connection. */
  sends = 0
  /** Length that the segment must have, for a conditional append. */
  condition: bigint | undefined
  readonly conditional: boolean
  /** Whether a part of it may be appended before the rest: its bytes were not reserved in one piece. */
  divisible: boolean
  /** The number before those of this block. */
  base = -1n
  /** The whole frame, with room for header and trailer, once the block is closed. */
  frame: Uint8Array[] = []
  places: FramePlaces | undefined
  /** Pieces of the frame that are data. */
  readonly data: Uint8Array[] = []
  readonly slabs: Slab[] = []
  readonly #acknowledgement = new Acknowledgement()

  constructor(conditional: boolean, divisible: boolean) {
    this.conditional = conditional
    this.divisible = divisible
  }

  get acked(): Promise<void> {
    return this.#acknowledgement.promise
  }

  settle(error?: PravegaError): void {
    this.#acknowledgement.settle(error)
  }

  /** Takes the first bytes of a closed block away and makes a closed block of them. The promise stays with the rest. */
  splitFirst(bytes: number, layout: FrameLayout): Block {
    const part = new Block(this.conditional, true)
    part.events = 1
    for (const slab of this.slabs) {
      slab.references += 1
      part.slabs.push(slab)
    }
    while (part.bytes < bytes) {
      const piece = this.data.shift()
      if (piece === undefined) break
      const taken = Math.min(piece.length, bytes - part.bytes)
      part.data.push(taken === piece.length ? piece : piece.subarray(0, taken))
      if (taken < piece.length) this.data.unshift(piece.subarray(taken))
      part.bytes += taken
    }
    this.bytes -= part.bytes
    part.#frameAnew(layout)
    this.#frameAnew(layout)
    return part
  }

  /** Gives the memory back. What was sent more than once may still be held by a socket that is going away. */
  release(pool: SlabPool): void {
    for (const slab of this.slabs) {
      if (this.sends !== 1) slab.reusable = false
      pool.release(slab)
    }
    this.slabs.length = 0
    this.frame = []
    this.data.length = 0
    this.places = undefined
  }

  /** Puts header and trailer into memory of their own. */
  #frameAnew({ prefix, trailer }: FrameLayout): void {
    const around = Buffer.alloc(prefix + trailer)
    this.frame = [around.subarray(0, prefix), ...this.data, around.subarray(prefix)]
    this.places = { header: around, headerAt: 0, trailer: around, trailerAt: prefix }
  }
}
