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
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = []
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
    this.#seen.set(piece.key, [...seen, piece])
    this.#count += 1
    for (const [index, wait] of [...this.#waiting.entries()].reverse()) {
      if (this.#count < wait.count) continue
      wait.resolve()
      this.#waiting.splice(index, 1)
    }
  }

  /** Resolves when so many events were read. */
  reached(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#count >= count) resolve()
    else this.#waiting.push({ count, resolve })
    return promise
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
