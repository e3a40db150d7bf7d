const SMALLEST = 4

/** A queue whose memory follows its longest state, without moving what is in it. */
export class Ring<T> {
  #items: (T | undefined)[] = new Array(SMALLEST)
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  peek(): T | undefined {
    return this.#items[this.#head]
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow()
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item
    this.#length += 1
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#items.length - 1)
    this.#length -= 1
    return item
  }

  clear(): void {
    this.#items = new Array(SMALLEST)
    this.#head = 0
    this.#length = 0
  }

  #grow(): void {
    const old = this.#items
    // The length stays a power of two, so that a mask can take the place of a division.
    const items = new Array<T | undefined>(old.length * 2)
    for (let index = 0; index < old.length; index++) items[index] = old[(this.#head + index) & (old.length - 1)]
    this.#items = items
    this.#head = 0
  }
}
