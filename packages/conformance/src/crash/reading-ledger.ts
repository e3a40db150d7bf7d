import type { PlacedEvent } from './segment-ledger.ts'

/** What the readers of a group were given, and up to where that is dealt with: each event once, none left out. */
export class ReadingLedger {
  readonly faults: string[] = []
  readonly #next = new Map<string, bigint>()
  readonly #given = new Map<string, PlacedEvent[]>()
  #waiting: (() => void) | undefined

  /** Where the next event of a segment begins. */
  next(segment: string): bigint {
    return this.#next.get(segment) ?? 0n
  }

  /** Up to where everything is dealt with, as an application would have it in its data base. */
  get offsets(): readonly (readonly [segment: string, offset: bigint])[] {
    return [...this.#next]
  }

  give(reader: string, segment: string, event: PlacedEvent): void {
    const expected = this.next(segment)
    if (event.offset !== expected) {
      const what = event.offset < expected ? 'was given again' : 'was given, and what is before it was not'
      this.faults.push(`${event.label} at ${event.offset} of ${segment} ${what}: ${reader} was at ${expected}`)
    }
    this.#next.set(segment, event.endOffset)
    const given = this.#given.get(segment) ?? []
    given.push(event)
    this.#given.set(segment, given)
    this.#waiting?.()
  }

  /** The group goes back, as it was told to. */
  goBack(segment: string, offset: bigint): void {
    this.#next.set(segment, offset)
  }

  /** What was given since this was asked last. */
  takeGiven(): readonly (readonly [segment: string, events: readonly PlacedEvent[]])[] {
    const given = [...this.#given]
    this.#given.clear()
    return given
  }

  /** Resolves when all segments have been read to these ends; `false` when the signal comes first. */
  async reached(ends: ReadonlyMap<string, bigint>, signal: AbortSignal): Promise<boolean> {
    const isReached = (): boolean => [...ends].every(([segment, end]) => this.next(segment) >= end)
    while (!isReached()) {
      if (signal.aborted) return false
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
      await promise
    }
    return true
  }
}
