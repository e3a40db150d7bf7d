const SHORTEST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 500
/** Of the usual time of a commit: so much is waited before the first question. */
const FIRST_QUESTION = 0.6
/** Of the time that was waited so far: so much is waited before the next question. */
const GROWTH = 0.1
/** Weight of the latest commit in the usual time. */
const LATEST = 0.2
/** Who could not be asked is not asked again for so long. */
const BLIND_MS = 10_000

/** When to ask whether a commit is carried out: by how long those before it took. For all transactions of a writer. */
export class CommitPace {
  #usualMs = 0
  #blindUntil = Number.NEGATIVE_INFINITY

  /** A commit was carried out so many milliseconds after it was accepted. */
  took(ms: number): void {
    this.#usualMs += (ms - this.#usualMs) * (this.#usualMs === 0 ? 1 : LATEST)
  }

  /** Milliseconds to wait before the first question, so long after the commit was accepted. */
  first(elapsedMs: number): number {
    return Math.max(0, Math.min(this.#usualMs * FIRST_QUESTION, LONGEST_PAUSE_MS) - elapsedMs)
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
