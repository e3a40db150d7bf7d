/** Waits for any number of things, each of which holds it until it releases it. Whoever makes it holds it first. */
export class Ticket {
  #holds = 1
  readonly #done: () => void

  constructor(done: () => void) {
    this.#done = done
  }

  hold(): void {
    this.#holds += 1
  }

  release(): void {
    this.#holds -= 1
    if (this.#holds === 0) this.#done()
  }
}
