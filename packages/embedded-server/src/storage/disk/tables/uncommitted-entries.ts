import type { PendingChanges } from '../pending-changes.ts'

interface Change {
  readonly bytes: Uint8Array | undefined
  readonly batch: number
}

/** What the keys do not show yet: changed entries of tables, until their group is written. */
export class UncommittedEntries {
  readonly #pending: PendingChanges
  readonly #changes = new Map<string, Change>()
  #batch = 0
  #keys: string[] = []

  constructor(pending: PendingChanges) {
    this.#pending = pending
  }

  /** Puts an entry, or with no bytes removes it. */
  change(key: Uint8Array, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) this.#pending.remove(key)
    else this.#pending.put(key, bytes)
    // When all that is done at once has been done: it is one group then, which most often somebody has asked to commit already.
    if (this.#keys.length === 0) queueMicrotask(() => this.#forgetWhenCommitted())
    const name = nameOf(key)
    this.#keys.push(name)
    this.#changes.set(name, { bytes, batch: this.#batch })
  }

  /** The last change of an entry that may not be in the keys; undefined when there is none. */
  find(key: Uint8Array): { readonly bytes: Uint8Array | undefined } | undefined {
    return this.#changes.size === 0 ? undefined : this.#changes.get(nameOf(key))
  }

  #forgetWhenCommitted(): void {
    const keys = this.#keys
    const batch = this.#batch++
    this.#keys = []
    const forget = (): void => {
      for (const key of keys) if (this.#changes.get(key)?.batch === batch) this.#changes.delete(key)
    }
    const committed = this.#pending.commit()
    if (committed === undefined) forget()
    // Whoever made the changes learns of the failure. Nothing is kept from then on, so that what was not is still to be found here.
    else committed.then(forget, () => {})
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}
