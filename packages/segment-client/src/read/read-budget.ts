import { PravegaError } from '@pravega-ts/model'

/**
 * Bytes that readers may hold that nobody has taken yet. May be shared by the readers of many segments: each of them can always
 * have one read under way, so that no busy segment holds up another.
 */
export class ReadBudget {
  /** Bytes in all. */
  readonly bytes: number
  #used = 0
  #telling = false
  readonly #waiting = new Set<() => void>()

  /**
   * @param bytes - At least 1.
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  constructor(bytes: number) {
    if (!Number.isSafeInteger(bytes) || bytes < 1) {
      throw new PravegaError(
        'INVALID_ARGUMENT',
        `A read budget of ${bytes} bytes is refused: give a whole number from 1 on`,
      )
    }
    this.bytes = bytes
  }

  /** Bytes that are held, or were asked for and are known to be there. */
  get used(): number {
    return this.#used
  }

  get exhausted(): boolean {
    return this.#used >= this.bytes
  }

  /** Counts bytes in, or out when negative. Whoever waits for room is told, soon. */
  add(bytes: number): void {
    this.#used += bytes
    if (bytes >= 0 || this.exhausted || this.#telling || this.#waiting.size === 0) return
    this.#telling = true
    queueMicrotask(() => {
      this.#telling = false
      for (const tell of [...this.#waiting]) {
        if (this.exhausted) return
        this.#waiting.delete(tell)
        tell()
      }
    })
  }

  /** Calls `tell` once when there is room again. Returns how to call that off. */
  whenRoom(tell: () => void): () => void {
    this.#waiting.add(tell)
    return () => this.#waiting.delete(tell)
  }
}
