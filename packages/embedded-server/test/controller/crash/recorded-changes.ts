import type { KeyChange } from '../../../src/storage/disk/key-values.ts'
import type { PendingChanges } from '../../../src/storage/disk/pending-changes.ts'

/**
 * Writes down every group that could have become durable on its own: all changes between two moments at which somebody else could
 * have asked for a commit. What is durable after a crash is the first so many of them.
 */
export class RecordedChanges implements PendingChanges {
  readonly groups: (readonly KeyChange[])[] = []
  #open: KeyChange[] | undefined

  put(key: Uint8Array, value: Uint8Array): void {
    this.#add({ key, value })
  }

  remove(key: Uint8Array): void {
    this.#add({ key, value: undefined })
  }

  async commit(): Promise<void> {
    this.#close()
    await Promise.resolve()
  }

  #add(change: KeyChange): void {
    if (this.#open === undefined) {
      this.#open = []
      queueMicrotask(() => this.#close())
    }
    this.#open.push(change)
  }

  #close(): void {
    if (this.#open === undefined) return
    this.groups.push(this.#open)
    this.#open = undefined
  }
}
