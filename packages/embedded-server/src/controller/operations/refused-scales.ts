/** Segments whose rates asked for a scale that could not be. They are left alone for a while. */
export class RefusedScales {
  readonly #muteMs: number
  readonly #refusedAt = new Map<string, number>()

  /** @param muteMs - Milliseconds. */
  constructor(muteMs: number) {
    this.#muteMs = muteMs
  }

  add(segment: string, now: number): void {
    this.#refusedAt.set(segment, now)
  }

  has(segment: string): boolean {
    return this.#refusedAt.has(segment)
  }

  /** Forgets those that may be tried again. */
  expire(now: number): void {
    for (const [segment, at] of this.#refusedAt) if (now - at >= this.#muteMs) this.#refusedAt.delete(segment)
  }
}
