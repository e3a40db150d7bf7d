/** An event at its place in a segment. */
export interface PlacedEvent {
  readonly offset: bigint
  readonly endOffset: bigint
  /** What tells it from others: its text without the padding. */
  readonly label: string
}

/** What was found in each segment: what was there once stays where it is until it is truncated. */
export class SegmentLedger {
  readonly #segments = new Map<string, { start: bigint; end: bigint; events: PlacedEvent[] }>()

  /** Events that are known and not truncated. */
  get size(): number {
    return [...this.#segments.values()].reduce((sum, { events }) => sum + events.length, 0)
  }

  /** Where the known part of a segment ends. */
  end(segment: string): bigint {
    return this.#segments.get(segment)?.end ?? 0n
  }

  /**
   * Takes note of all that a segment holds from `start` on.
   *
   * @param onNew - Gets each event that was not known
   * @returns what is not as it was
   */
  note(
    segment: string,
    start: bigint,
    contents: readonly PlacedEvent[],
    onNew: (event: PlacedEvent) => void,
  ): string[] {
    const known = this.#segments.get(segment) ?? { start: 0n, end: 0n, events: [] }
    const faults: string[] = []
    const kept = known.events.filter(({ offset }) => offset >= start)
    if (start < known.start) faults.push(`${segment} begins at ${start} again; it was truncated at ${known.start}`)
    for (const [n, before] of kept.entries()) {
      const now = contents[n]
      if (now?.offset === before.offset && now.endOffset === before.endOffset && now.label === before.label) continue
      faults.push(`${segment} had ${before.label} at ${before.offset}; now ${now?.label ?? 'nothing'} is there`)
      break
    }
    let end = start
    for (const event of contents) {
      if (event.offset !== end) faults.push(`${segment} has ${event.label} at ${event.offset} and not at ${end}`)
      end = event.endOffset
    }
    for (const event of contents.slice(kept.length)) onNew(event)
    this.#segments.set(segment, { start, end, events: [...contents] })
    return faults
  }

  /** Holds what a reader was given against what is there. */
  compare(segment: string, given: readonly PlacedEvent[]): readonly string[] {
    const known = this.#segments.get(segment)
    if (known === undefined)
      return given.length === 0 ? [] : [`readers were given events of ${segment}, which has none`]
    const labels = new Map(known.events.map(({ offset, label }) => [offset, label]))
    return given
      .filter(({ offset }) => offset >= known.start)
      .filter(({ offset, label }) => labels.get(offset) !== label)
      .map(
        ({ offset, label }) => `a reader was given ${label} at ${offset} of ${segment}; there is ${labels.get(offset)}`,
      )
  }
}
