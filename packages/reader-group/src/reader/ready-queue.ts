/** What can stand in a {@link ReadyQueue}; the queue alone writes `isQueued`. */
export interface Queueable {
  isQueued: boolean
}

/** Who may have something, in the order in which they came: each once, whoever was served goes to the end. */
export class ReadyQueue<Q extends Queueable> {
  #items: (Q | undefined)[] = []
  #head = 0

  get isEmpty(): boolean {
    return this.#head === this.#items.length
  }

  push(item: Q): void {
    if (item.isQueued) return
    item.isQueued = true
    this.#items.push(item)
  }

  shift(): Q | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    this.#items[this.#head++] = undefined
    if (this.#head === this.#items.length || this.#head > 1024) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    item.isQueued = false
    return item
  }

  delete(item: Q): void {
    if (!item.isQueued) return
    item.isQueued = false
    this.#items = this.#items.filter(other => other !== undefined && other !== item)
    this.#head = 0
  }
}
