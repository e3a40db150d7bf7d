import type { Alarm, LeaseClock } from './lease-clock.ts'

/** What {@link LeaseKeeper} keeps alive. */
export interface Tenant {
  /** When it is to be renewed next, in the keeper's time. */
  readonly dueAt: number
  /** Renews once. Never rejects. */
  renew(): Promise<void>
}

/** Renews the leases of any number of transactions in time, with one timer. */
export class LeaseKeeper {
  readonly clock: LeaseClock
  readonly #tenants = new Set<Tenant>()
  readonly #busy = new Set<Tenant>()
  #alarm: Alarm | undefined
  #alarmAt = Number.POSITIVE_INFINITY

  constructor(clock: LeaseClock) {
    this.clock = clock
  }

  add(tenant: Tenant): void {
    this.#tenants.add(tenant)
    this.#schedule()
  }

  remove(tenant: Tenant): void {
    if (this.#tenants.delete(tenant)) this.#schedule()
  }

  #schedule(): void {
    let next = Number.POSITIVE_INFINITY
    for (const tenant of this.#tenants) {
      if (!this.#busy.has(tenant)) next = Math.min(next, tenant.dueAt)
    }
    if (next === this.#alarmAt) return
    this.#alarm?.cancel()
    this.#alarmAt = next
    this.#alarm =
      next === Number.POSITIVE_INFINITY
        ? undefined
        : this.clock.schedule(Math.max(0, next - this.clock.now()), () => this.#ring())
  }

  #ring(): void {
    this.#alarm = undefined
    this.#alarmAt = Number.POSITIVE_INFINITY
    const now = this.clock.now()
    for (const tenant of this.#tenants) {
      if (!this.#busy.has(tenant) && tenant.dueAt <= now) void this.#renew(tenant)
    }
    this.#schedule()
  }

  async #renew(tenant: Tenant): Promise<void> {
    this.#busy.add(tenant)
    await tenant.renew()
    this.#busy.delete(tenant)
    this.#schedule()
  }
}
