import type { Deadline } from '@pravega-ts/model'

/** Work that is done one piece after the other, in the order of the calls. */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  /** Waits for the turn, not longer than the deadline; who gives up waiting holds up nobody. */
  async take<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
    const before = this.#last
    let done = (): void => {}
    const mine = new Promise<void>(resolve => {
      done = resolve
    })
    this.#last = before.then(() => mine)
    try {
      await deadline.race(before)
      return await work()
    } finally {
      done()
    }
  }
}
