import { setImmediate } from 'node:timers/promises'
import type { KeyChange, KeyRange, KeyValues } from '../../src/storage/disk/key-values.ts'
import type { PendingChanges } from '../../src/storage/disk/pending-changes.ts'

/** Keys and values in memory, which outlive their being closed. */
export class MemoryKeyValues implements KeyValues {
  readonly #values = new Map<string, Uint8Array>()
  /** When set, reads and writes fail with it. */
  failure: Error | undefined
  /** What happens before an iteration goes on to its next row. */
  beforeRow: () => void | Promise<void> = () => {}

  constructor(groups: readonly (readonly KeyChange[])[] = []) {
    for (const group of groups) this.#apply(group)
  }

  get size(): number {
    return this.#values.size
  }

  get(key: Uint8Array): Uint8Array | undefined {
    if (this.failure !== undefined) throw this.failure
    return this.#values.get(hex(key))
  }

  entries({ from, to, limit }: KeyRange): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]> {
    const [first, end] = [hex(from), hex(to)]
    const rows = [...this.#values]
      .filter(([key]) => key >= first && key < end)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
    const { failure } = this
    const beforeRow = () => this.beforeRow()
    return (async function* () {
      for (const [key, value] of rows) {
        if (failure !== undefined) throw failure
        await beforeRow()
        yield [Buffer.from(key, 'hex'), value] as const
      }
    })()
  }

  async write(changes: readonly KeyChange[]): Promise<void> {
    await setImmediate()
    if (this.failure !== undefined) throw this.failure
    this.#apply(changes)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #apply(changes: readonly KeyChange[]): void {
    for (const { key, value } of changes) {
      if (value === undefined) this.#values.delete(hex(key))
      else this.#values.set(hex(key), new Uint8Array(value))
    }
  }
}

/** Changes that are written in groups, one at a time, when what is done at once has been done. */
export class GroupedChanges implements PendingChanges {
  readonly #keyValues: KeyValues
  #changes: KeyChange[] = []
  #open: PromiseWithResolvers<void> | undefined
  #running: Promise<void> | undefined
  #failure: Error | undefined

  constructor(keyValues: KeyValues) {
    this.#keyValues = keyValues
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#changes.push({ key, value })
  }

  remove(key: Uint8Array): void {
    this.#changes.push({ key, value: undefined })
  }

  commit(): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#changes.length === 0) return this.#open?.promise ?? this.#running
    if (this.#open === undefined) {
      this.#open = Promise.withResolvers()
      this.#open.promise.catch(() => {})
      if (this.#running === undefined) setImmediate().then(() => this.#write())
    }
    return this.#open.promise
  }

  /** As when the process dies: what is in no group that is being written is lost. */
  async stop(): Promise<void> {
    this.#failure = new Error('stopped')
    await this.#running?.catch(() => {})
  }

  #write(): void {
    const open = this.#open
    if (open === undefined || this.#failure !== undefined) {
      open?.reject(this.#failure)
      return
    }
    const changes = this.#changes
    this.#changes = []
    this.#open = undefined
    this.#running = open.promise
    this.#keyValues.write(changes, true).then(
      () => {
        this.#running = undefined
        open.resolve()
        this.#write()
      },
      (error: Error) => {
        this.#failure = error
        open.reject(error)
        this.#open?.reject(error)
      },
    )
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
