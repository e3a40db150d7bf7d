import { PravegaError } from '@pravega-ts/model'
import type { KeyChange, KeyValues } from '../key-values.ts'
import { decodeNumber, encodeNumber, NUMBERS_KEY } from '../keys.ts'
import type { PendingChanges } from '../pending-changes.ts'

/** So many are taken with one key write. */
const TAKEN_AT_ONCE = 1_000_000

/**
 * Numbers of segments and files. None is ever given out twice, whatever became of the first use: they are taken in the keys before they
 * are used. Frames of a merge name the source by number, also when its creation was never committed.
 */
export class Numbers {
  readonly #pending: PendingChanges
  #next: number
  /** Numbers below are taken, and that is durable. */
  #taken: number
  #isTakingMore = false

  private constructor(first: number, taken: number, pending: PendingChanges) {
    this.#next = first
    this.#taken = taken
    this.#pending = pending
  }

  /** @param also changes of keys that are written with it, before anything else */
  static async open(keyValues: KeyValues, pending: PendingChanges, also: readonly KeyChange[] = []): Promise<Numbers> {
    const found = keyValues.get(NUMBERS_KEY)
    const first = found === undefined ? 1 : decodeNumber(found)
    const taken = first + TAKEN_AT_ONCE
    await keyValues.write([{ key: NUMBERS_KEY, value: encodeNumber(taken) }, ...also], true)
    return new Numbers(first, taken, pending)
  }

  /** @throws PravegaError `STORAGE_FAILED` when there is none, because what was to take more has not been committed */
  next(): number {
    if (this.#next === this.#taken) {
      throw new PravegaError(
        'STORAGE_FAILED',
        `all numbers below ${this.#taken} are used; try again when what is under way is committed`,
      )
    }
    if (this.#next >= this.#taken - TAKEN_AT_ONCE / 2 && !this.#isTakingMore) this.#takeMore()
    return this.#next++
  }

  #takeMore(): void {
    this.#isTakingMore = true
    const taken = this.#taken + TAKEN_AT_ONCE
    this.#pending.put(NUMBERS_KEY, encodeNumber(taken))
    this.#pending.commit()?.then(
      () => {
        this.#taken = taken
        this.#isTakingMore = false
      },
      // Nothing is kept any more then.
      () => {},
    )
  }
}
