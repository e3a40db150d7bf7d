import type { PravegaError } from '@pravega-ts/model'

/** Who waits for some of the events that these keys belong to. */
export interface Creditor {
  /** So many of its pieces are durable. */
  paid(pieces: number): void
  fail(error: PravegaError): void
}

interface Debt {
  readonly creditor: Creditor
  pieces: number
}

const FIRST_CAPACITY = 256

/**
 * Where the pieces of a block fall in the key space, and how long they are: what is needed to give them to other segments. A piece is
 * an event, or several that must stay together. Two numbers a piece in arrays that are used again, not an object each.
 */
export class EventKeys {
  positions: Float64Array = new Float64Array(FIRST_CAPACITY)
  lengths: Uint32Array = new Uint32Array(FIRST_CAPACITY)
  count = 0
  #debts: Debt[] = []

  push(position: number, length: number): void {
    const at = this.count
    if (at === this.positions.length) this.#grow()
    this.positions[at] = position
    this.lengths[at] = length
    this.count = at + 1
  }

  position(piece: number): number {
    return this.positions[piece] as number
  }

  length(piece: number): number {
    return this.lengths[piece] as number
  }

  /** The outcome of the next piece is to be told to somebody. */
  owe(creditor: Creditor): void {
    const last = this.#debts.at(-1)
    if (last?.creditor === creditor) last.pieces += 1
    else this.#debts.push({ creditor, pieces: 1 })
  }

  /** Tells the outcome of all pieces, once. */
  settle(error?: PravegaError): void {
    if (this.#debts.length === 0) return
    const debts = this.#debts
    this.#debts = []
    for (const { creditor, pieces } of debts) {
      if (error === undefined) creditor.paid(pieces)
      else creditor.fail(error)
    }
  }

  #grow(): void {
    const { positions, lengths } = this
    this.positions = new Float64Array(positions.length * 4)
    this.lengths = new Uint32Array(lengths.length * 4)
    this.positions.set(positions)
    this.lengths.set(lengths)
  }
}

/** Lists that wait to be used again, at most. One belongs to each block in flight. */
const MAX_FREE = 64

/** Keeps lists of keys for the next blocks, so that a steady flow of events allocates no memory for them. */
export class EventKeysPool {
  readonly #free: EventKeys[] = []

  take(): EventKeys {
    return this.#free.pop() ?? new EventKeys()
  }

  /** Gives back a list that is settled and that nobody looks at any more. */
  give(keys: EventKeys): void {
    keys.count = 0
    if (this.#free.length < MAX_FREE) this.#free.push(keys)
  }
}
