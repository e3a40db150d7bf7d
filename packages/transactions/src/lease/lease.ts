/** After a renewal that failed, the next attempt follows in at most so many milliseconds. */
const RETRY_MS = 1_000
/** How long after the end of a lease that cannot be prolonged the controller is asked what has become of it. */
const AFTERWARDS_MS = 500

/** Milliseconds between two renewals: the longer the lease, the more of them in each. */
export function pingInterval(leaseMs: number): number {
  return leaseMs / Math.max(1, Math.sqrt(leaseMs / 1_000))
}

/**
 * - `prolonged`: the lease runs anew
 * - `failed`: no answer
 * - `refused`: it cannot be prolonged any more
 * - `asked`: the transaction is open, which has prolonged nothing
 * - `ended`: nobody can be asked any more
 */
export type Renewal = 'prolonged' | 'failed' | 'refused' | 'asked' | 'ended'

/** The lease of one transaction as far as it is known here: times only, no I/O. Times are those of one clock, in milliseconds. */
export class Lease {
  readonly leaseMs: number
  readonly intervalMs: number
  /** Not before this time, if the server's clock runs as ours. */
  #expiresAt: number
  #dueAt: number
  #isRefused = false

  /** @param dueAt - Time of the first renewal. Default: an interval from now. */
  constructor(leaseMs: number, now: number, dueAt?: number) {
    this.leaseMs = leaseMs
    this.intervalMs = pingInterval(leaseMs)
    this.#expiresAt = now + leaseMs
    this.#dueAt = dueAt ?? now + this.intervalMs
  }

  /** When something is to be done next. */
  get dueAt(): number {
    return this.#dueAt
  }

  /** Whether it cannot be prolonged any more. */
  get isRefused(): boolean {
    return this.#isRefused
  }

  leftMs(now: number): number {
    return this.#expiresAt - now
  }

  isOver(now: number): boolean {
    return now >= this.#expiresAt
  }

  /** Milliseconds that a renewal may take: the next one must not come too late. */
  patienceMs(now: number): number {
    const left = this.leftMs(now)
    return left > 0 ? Math.max(Math.min(this.intervalMs, left), RETRY_MS) : this.intervalMs
  }

  /** @param sentAt - When the server was asked; its lease runs from when that came to it. */
  renewed(renewal: Renewal, sentAt: number, now: number): void {
    switch (renewal) {
      case 'prolonged':
        this.#expiresAt = sentAt + this.leaseMs
        this.#dueAt = sentAt + this.intervalMs
        return
      case 'refused':
        this.#isRefused = true
        this.#dueAt = Math.max(this.#expiresAt, now) + AFTERWARDS_MS
        return
      case 'failed':
        this.#dueAt = now + (this.isOver(now) ? this.intervalMs : Math.min(this.intervalMs, RETRY_MS))
        return
      case 'ended':
        this.#dueAt = Number.POSITIVE_INFINITY
        return
      case 'asked':
        this.#dueAt = now + Math.min(this.intervalMs, RETRY_MS)
    }
  }
}
