const SHORTEST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 500
/** Of the time that was waited so far: so much is waited before the next question. */
const GROWTH = 0.1
/** Who could not be asked is not asked again for so long. */
const BLIND_MS = 10_000

// The first question is to come shortly before the commit is carried out, for about three commits of four: then a few more find out
// quickly. How long a commit has taken is not known when the first question finds it carried out, only that it was no longer.
const TOO_LATE = 0.85
const TOO_EARLY = 1.05
const USUAL_PART = 0.6
const WEIGHT = 0.2

/** When to ask whether a commit is carried out: by how it was with those before. For all transactions of a writer. */
export class CommitPace {
  #firstMs = 0
  #blindUntil = Number.NEGATIVE_INFINITY

  /**
   * A commit was found carried out.
   *
   * @param ms - Between its acceptance and the question that has found it.
   * @param question - Number of that question, from 1.
   */
  found(ms: number, question: number): void {
    const first = this.#firstMs
    if (question === 1) this.#firstMs = first * TOO_LATE
    else this.#firstMs = Math.min(Math.max(first * TOO_EARLY, first + (ms * USUAL_PART - first) * WEIGHT), ms)
  }

  /** Milliseconds to wait before the first question, so long after the commit was accepted. */
  first(elapsedMs: number): number {
    return Math.max(0, Math.min(this.#firstMs, LONGEST_PAUSE_MS) - elapsedMs)
  }

  /** Milliseconds to wait before the next question, so long after the commit was accepted. */
  next(elapsedMs: number): number {
    return Math.min(Math.max(SHORTEST_PAUSE_MS, elapsedMs * GROWTH), LONGEST_PAUSE_MS)
  }

  /** The segment stores could not be asked. */
  failed(now: number): void {
    this.#blindUntil = now + BLIND_MS
  }

  /** Whether the segment stores are asked. */
  asksStores(now: number): boolean {
    return now >= this.#blindUntil
  }
}
