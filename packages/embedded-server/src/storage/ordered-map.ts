import { countLeading } from './count-leading.ts'

const LARGEST_BLOCK = 256

interface Item<Value> {
  readonly key: string
  value: Value
}

/** A map that is iterated in the order of its keys (by UTF-16 code unit), and can be changed meanwhile. */
export class OrderedMap<Value> {
  // Never holds an empty block, so that the last key of each block guides the search.
  readonly #blocks: Item<Value>[][] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: string): Value | undefined {
    const block = this.#blocks[this.#blockFor(key)]
    const item = block?.[place(block, key)]
    return item?.key === key ? item.value : undefined
  }

  set(key: string, value: Value): void {
    // A key above all others goes to the end of the last block.
    const index = Math.min(this.#blockFor(key), Math.max(0, this.#blocks.length - 1))
    const block = this.#blocks[index]
    if (block === undefined) {
      this.#blocks.push([{ key, value }])
      this.#size++
      return
    }
    const at = place(block, key)
    const item = block[at]
    if (item?.key === key) {
      item.value = value
      return
    }
    block.splice(at, 0, { key, value })
    this.#size++
    if (block.length > LARGEST_BLOCK) this.#blocks.splice(index + 1, 0, block.splice(LARGEST_BLOCK / 2))
  }

  delete(key: string): boolean {
    const index = this.#blockFor(key)
    const block = this.#blocks[index]
    if (block === undefined) return false
    const at = place(block, key)
    if (block[at]?.key !== key) return false
    block.splice(at, 1)
    this.#size--
    if (block.length === 0) this.#blocks.splice(index, 1)
    return true
  }

  /** Values whose key is above `after` (or from the start), in order. Looks its place up anew at each step. */
  *valuesAfter(after: string | undefined): Generator<Value, void, undefined> {
    let last = after
    for (;;) {
      const item = this.#itemAfter(last)
      if (item === undefined) return
      last = item.key
      yield item.value
    }
  }

  #itemAfter(key: string | undefined): Item<Value> | undefined {
    if (key === undefined) return this.#blocks[0]?.[0]
    const index = this.#blockFor(key)
    const block = this.#blocks[index]
    if (block === undefined) return undefined
    const at = place(block, key)
    const next = block[at]?.key === key ? at + 1 : at
    return block[next] ?? this.#blocks[index + 1]?.[0]
  }

  /** The first block whose last key is not below `key`; behind the last block when there is none. */
  #blockFor(key: string): number {
    return countLeading(this.#blocks.length, index => {
      const last = this.#blocks[index]?.at(-1)
      return last !== undefined && last.key < key
    })
  }
}

/** Index of the first item whose key is not below `key`. */
function place<Value>(block: readonly Item<Value>[], key: string): number {
  return countLeading(block.length, index => (block[index] as Item<Value>).key < key)
}
