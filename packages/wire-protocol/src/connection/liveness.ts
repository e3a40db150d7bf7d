/**
 * Decides when a connection wants a keep-alive and when its peer counts as gone; has no timers of its own.
 * All times are in milliseconds on one monotonic clock.
 */
export class Liveness {
  readonly #keepAliveMs: number
  readonly #idleReadMs: number
  #activeAt: number
  /** Since when something is expected of the peer that has not sent anything meanwhile. */
  #awaitingSince: number | undefined

  constructor(keepAliveMs: number, idleReadMs: number, now: number) {
    this.#keepAliveMs = keepAliveMs
    this.#idleReadMs = idleReadMs
    this.#activeAt = now
  }

  /** Starts over after a time in which nobody looked at the peer. */
  restart(now: number): void {
    this.#activeAt = now
    if (this.#awaitingSince !== undefined) this.#awaitingSince = now
  }

  /** Something was sent, and servers answer everything, keep-alives too. */
  sent(now: number): void {
    this.#activeAt = now
    this.expect(now)
  }

  /** The peer owes something, like the rest of a frame. */
  expect(now: number): void {
    this.#awaitingSince ??= now
  }

  /** Bytes have come, whatever they are. */
  received(now: number): void {
    this.#activeAt = now
    this.#awaitingSince = undefined
  }

  /** Whether the peer has been silent for too long while something was expected of it. */
  isSilent(now: number): boolean {
    return this.#awaitingSince !== undefined && now - this.#awaitingSince >= this.#idleReadMs
  }

  /** Whether nothing went either way for so long that the peer should be asked for a sign of life. */
  wantsKeepAlive(now: number): boolean {
    return now - this.#activeAt >= this.#keepAliveMs
  }

  /** How long until one of the answers above may change. */
  nextCheckMs(now: number): number {
    const keepAliveAt = this.#activeAt + this.#keepAliveMs
    const silentAt = (this.#awaitingSince ?? now) + this.#idleReadMs
    return Math.max(1, Math.min(keepAliveAt, silentAt) - now)
  }
}
