import { createHash } from 'node:crypto'
import type { Piece } from './source.ts'

/** What the ledger says in the end. */
export interface Proof {
  readonly events: number
  readonly keys: number
  readonly sha256: string
}

/** Keeps account of what was read, to be held against what was written. */
export class Ledger {
  readonly #expected: ReadonlyMap<string, readonly Piece[]>
  readonly #seen = new Map<string, Piece[]>()
  #count = 0

  constructor(pieces: readonly Piece[]) {
    this.#expected = Map.groupBy(pieces, piece => piece.key)
  }

  /** Events that were read, by all readers together. */
  get count(): number {
    return this.#count
  }

  /** @throws Error when the event was read before, or comes out of order */
  add(piece: Piece): void {
    const seen = this.#seen.get(piece.key) ?? []
    if (piece.number !== seen.length) {
      const what = piece.number < seen.length ? 'was read twice' : `came before event ${seen.length}`
      throw new Error(`event ${piece.number} of key '${piece.key}' ${what} (${piece.name})`)
    }
    if (seen.length === 0) this.#seen.set(piece.key, seen)
    seen.push(piece)
    this.#count += 1
  }

  /** @throws Error when something is missing or differs */
  prove(): Proof {
    const written = digestOf(this.#expected)
    const read = digestOf(this.#seen)
    if (written !== read) throw new Error(`what was read (${read}) is not what was written (${written})`)
    return { events: this.#count, keys: this.#seen.size, sha256: read }
  }
}

/** Each key's events in their order; keys in alphabetical order, as there is none between them. */
function digestOf(pieces: ReadonlyMap<string, readonly Piece[]>): string {
  const hash = createHash('sha256')
  for (const key of [...pieces.keys()].sort()) {
    for (const piece of pieces.get(key) ?? []) hash.update(JSON.stringify(piece))
  }
  return hash.digest('hex')
}
