/** Keeps account of events `<key>:<n>`, n counting from 0 within each key: which were read, by whom, in which order. */
export class EventLedger {
  /** What came twice, and what came before its predecessor, in the order it was noted. */
  readonly faults: string[] = []
  readonly countByReader: Map<string, number> = new Map()
  readonly #seen: Map<string, Set<number>> = new Map()
  readonly #last: Map<string, number> = new Map()
  readonly #waiting: Set<{ readonly count: number; readonly settle: () => void }> = new Set()
  readonly #order: 'overall' | 'by reader'
  #count = 0

  /** @param order - `by reader`: for readers in several processes, whose news overtake each other. */
  constructor(order: 'overall' | 'by reader' = 'overall') {
    this.#order = order
  }

  /** Different events so far. */
  get count(): number {
    return this.#count
  }

  note(reader: string, event: string): void {
    const colon = event.lastIndexOf(':')
    const key = event.slice(0, colon)
    const n = Number(event.slice(colon + 1))
    this.countByReader.set(reader, (this.countByReader.get(reader) ?? 0) + 1)
    const seen = this.#seen.get(key) ?? new Set()
    this.#seen.set(key, seen)
    if (seen.has(n)) {
      this.faults.push(`${event} twice, now by ${reader}`)
      return
    }
    seen.add(n)
    const line = this.#order === 'overall' ? key : `${reader} ${key}`
    const last = this.#last.get(line) ?? -1
    if (n < last) this.faults.push(`${event} after ${key}:${last}, by ${reader}`)
    this.#last.set(line, n)
    this.#count++
    for (const waiting of this.#waiting) if (this.#count >= waiting.count) waiting.settle()
  }

  /** Resolves when so many different events have been noted. */
  async reached(count: number): Promise<void> {
    if (this.#count >= count) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = { count, settle: resolve }
    this.#waiting.add(waiting)
    await promise
    this.#waiting.delete(waiting)
  }

  /** Keys whose events are not the numbers from 0 to their count, with what is missing. */
  gaps(): readonly string[] {
    return [...this.#seen].flatMap(([key, seen]) => {
      const missing = Array.from({ length: Math.max(...seen) + 1 }, (_, n) => n).filter(n => !seen.has(n))
      return missing.length === 0 ? [] : [`${key} without ${missing.slice(0, 5).join(', ')}`]
    })
  }
}
