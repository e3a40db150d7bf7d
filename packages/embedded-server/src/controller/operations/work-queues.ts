/** Work in one line per key: what is asked of one stream happens one after the other, of two streams at once. */
export class WorkQueues {
  readonly #tails = new Map<string, Promise<void>>()
  readonly #watched = new Set<Promise<void>>()

  /** Runs the work after everything that was given for the key before, whatever became of it. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#tails.get(key) ?? Promise.resolve()).then(work)
    const done = (): void => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key)
    }
    const tail: Promise<void> = result.then(done, done)
    this.#tails.set(key, tail)
    return result
  }

  /** Counts work that goes on beside the queues, so that `idle` waits for it too. */
  watch<T>(work: Promise<T>): Promise<T> {
    const done = (): void => void this.#watched.delete(watched)
    const watched: Promise<void> = work.then(done, done)
    this.#watched.add(watched)
    return work
  }

  /** Resolves when nothing is left to do, not even what is given meanwhile. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0 || this.#watched.size > 0) {
      await Promise.all([...this.#tails.values(), ...this.#watched])
    }
  }
}
