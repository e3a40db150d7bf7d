import type { Deadline } from '@pravega-ts/model'

/** Work of which one piece is done at a time, in the order in which it was asked for. */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  /** @throws the deadline's reason when it was not its turn in time; then the work is not done. */
  async take<R>(deadline: Deadline, work: () => Promise<R>): Promise<R> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = before.then(() => promise)
    try {
      await deadline.race(before)
      return await work()
    } finally {
      resolve()
    }
  }
}
