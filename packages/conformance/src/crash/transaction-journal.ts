/**
 * - `open`: not ended yet
 * - `committed`, `aborted`: as its writer was told
 * - `unknown`: its writer is gone, or could not be told
 */
export type TransactionFate = 'open' | 'committed' | 'aborted' | 'unknown'

interface Entry {
  /** Events that were written to it. */
  events: number
  fate: TransactionFate
  /** Numbers of its events that were found in the stream. */
  readonly seen: Set<number>
}

/** What writers were told about their transactions, held against what is in the stream. */
export class TransactionJournal {
  readonly #entries = new Map<string, Entry>()
  #ended = 0

  get ended(): number {
    return this.#ended
  }

  begin(id: string): void {
    this.#entries.set(id, { events: 0, fate: 'open', seen: new Set() })
  }

  /** The number of its next event. */
  take(id: string): number {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new Error(`transaction ${id} was not begun here`)
    return entry.events++
  }

  end(id: string, fate: TransactionFate): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.fate = fate
    this.#ended++
  }

  /** Those of a fate. */
  of(fate: TransactionFate): readonly string[] {
    return [...this.#entries].filter(([, entry]) => entry.fate === fate).map(([id]) => id)
  }

  see(id: string, n: number): readonly string[] {
    const entry = this.#entries.get(id)
    if (entry === undefined) return [`event ${n} of transaction ${id}, which is unknown or was checked before`]
    if (entry.seen.has(n)) return [`event ${n} of transaction ${id} is there twice`]
    entry.seen.add(n)
    return []
  }

  /** What is there of a transaction and should not be, or the other way round. Forgets those that have ended. */
  check(): readonly string[] {
    return [...this.#entries].flatMap(([id, { fate, events, seen }]) => {
      if (fate === 'committed' || fate === 'aborted') this.#entries.delete(id)
      const expected = fate === 'committed' ? events : 0
      return seen.size === expected ? [] : [`transaction ${id} (${fate}) has ${seen.size} of ${events} events`]
    })
  }
}
