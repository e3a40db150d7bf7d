interface Key {
  /** Number of the next event. */
  next: number
  /** Highest number that was acknowledged; -1 before the first one. */
  acknowledged: number
  /** Highest number that was found in the stream. */
  seen: number
  /** Numbers whose writer is gone and was told nothing: each may be there or not. */
  readonly givenUp: Set<number>
}

/** What writers were told about the events `<key>:<n>`, n counting from 0 within each key, held against what is in the stream. */
export class KeyJournal {
  readonly #keys = new Map<string, Key>()
  #acknowledgements = 0

  get acknowledgements(): number {
    return this.#acknowledgements
  }

  /** The number of the next event of a key. */
  take(key: string): number {
    return this.#key(key).next++
  }

  acknowledge(key: string, n: number): void {
    const entry = this.#key(key)
    entry.acknowledged = Math.max(entry.acknowledged, n)
    this.#acknowledgements++
  }

  giveUp(key: string, n: number): void {
    this.#key(key).givenUp.add(n)
  }

  /** Takes note of an event of the stream; each place of the stream is told of once, in the order of its segment. */
  see(key: string, n: number): readonly string[] {
    const entry = this.#key(key)
    if (n >= entry.next) return [`event ${key}:${n} was never written`]
    if (n <= entry.seen) return [`event ${key}:${n} is there a second time, or behind ${key}:${entry.seen}`]
    const faults = this.#gaps(key, entry, n)
    entry.givenUp.delete(n)
    entry.seen = n
    return faults
  }

  /** What was acknowledged and is not there. To be asked when nothing is under way. */
  missing(): readonly string[] {
    return [...this.#keys].flatMap(([key, entry]) => this.#gaps(key, entry, entry.acknowledged + 1))
  }

  #gaps(key: string, { seen, givenUp }: Key, end: number): readonly string[] {
    const faults: string[] = []
    for (let n = seen + 1; n < end; n++) {
      if (!givenUp.delete(n)) faults.push(`event ${key}:${n} is missing behind ${key}:${seen}`)
    }
    return faults
  }

  #key(name: string): Key {
    const known = this.#keys.get(name)
    if (known !== undefined) return known
    const key: Key = { next: 0, acknowledged: -1, seen: -1, givenUp: new Set() }
    this.#keys.set(name, key)
    return key
  }
}
