/**
 * Decides when a connection wants a keep-alive and when its peer counts as gone; has no timers of its own.
 * All times are in milliseconds on one monotonic clock.
 */
export class Liveness {
  readonly #keepAliveMs: number
  readonly #idleReadMs: number
  #sentAt: number
  #receivedAt: number

  constructor(keepAliveMs: number, idleReadMs: number, now: number) {
    this.#keepAliveMs = keepAliveMs
    this.#idleReadMs = idleReadMs
    this.#sentAt = now
    this.#receivedAt = now
  }

  /** Starts over: so far nothing was expected of the peer. */
  restart(now: number): void {
    this.#sentAt = now
    this.#receivedAt = now
  }

  sent(now: number): void {
    this.#sentAt = now
  }

  received(now: number): void {
    this.#receivedAt = now
  }

  /** Whether the peer has been silent for too long. */
  isSilent(now: number): boolean {
    return now - this.#receivedAt >= this.#idleReadMs
  }

  /** Whether nothing went either way for so long that the peer should be asked for a sign of life. */
  wantsKeepAlive(now: number): boolean {
    return now - Math.max(this.#sentAt, this.#receivedAt) >= this.#keepAliveMs
  }

  /** How long until one of the answers above may change. */
  nextCheckMs(now: number): number {
    const keepAliveAt = Math.max(this.#sentAt, this.#receivedAt) + this.#keepAliveMs
    const silentAt = this.#receivedAt + this.#idleReadMs
    return Math.max(1, Math.min(keepAliveAt, silentAt) - now)
  }
}
