import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Lease, pingInterval } from '../src/lease/lease.ts'
import { LeaseKeeper, type Tenant } from '../src/lease/lease-keeper.ts'
import { ManualClock, turn } from './support/manual-clock.ts'

describe('a lease', () => {
  test.each([
    [10_000, 3_162],
    [90_000, 9_487],
    [599_999, 24_495],
  ])('of %i ms is renewed every %i ms', (leaseMs, intervalMs) => {
    expect(Math.round(pingInterval(leaseMs))).toBe(intervalMs)
  })

  test('is renewed at least three times in its length, whatever that is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 600_000 }), leaseMs => {
        expect(leaseMs / pingInterval(leaseMs)).toBeGreaterThan(3)
      }),
    )
  })

  test('counts from when a renewal was sent, not from when it was answered', () => {
    const lease = new Lease(10_000, 0)
    lease.renewed('prolonged', 3_000, 8_000)
    expect(lease.leftMs(8_000)).toBe(5_000)
    expect(lease.dueAt).toBeLessThan(8_000)
  })

  test('is tried again soon after a failure, and calmly when it is over', () => {
    const lease = new Lease(10_000, 0)
    lease.renewed('failed', 3_000, 4_000)
    expect(lease.dueAt).toBe(5_000)
    lease.renewed('failed', 10_000, 11_000)
    expect(lease.isOver(11_000)).toBe(true)
    expect(lease.dueAt).toBeCloseTo(11_000 + lease.intervalMs)
  })
})

class CountedTenant implements Tenant {
  readonly #clock: ManualClock
  readonly #every: number
  dueAt: number
  renewals = 0
  gate: Promise<void> | undefined

  constructor(clock: ManualClock, every: number) {
    this.#clock = clock
    this.#every = every
    this.dueAt = clock.now() + every
  }

  async renew(): Promise<void> {
    this.renewals += 1
    const sentAt = this.#clock.now()
    await this.gate
    this.dueAt = sentAt + this.#every
  }
}

describe('the keeper of leases', () => {
  test('renews any number of leases with one timer', async () => {
    const clock = new ManualClock()
    const keeper = new LeaseKeeper(clock)
    const tenants = Array.from({ length: 50 }, (_, n) => new CountedTenant(clock, 100 + n))
    for (const tenant of tenants) keeper.add(tenant)
    await clock.advance(10_000)
    expect(clock.most).toBe(1)
    for (const [n, { renewals }] of tenants.entries()) expect(renewals).toBe(Math.floor(10_000 / (100 + n)))
  })

  test('does not renew twice at once, nor let one that is slow hold up the others', async () => {
    const clock = new ManualClock()
    const keeper = new LeaseKeeper(clock)
    const slow = new CountedTenant(clock, 100)
    const other = new CountedTenant(clock, 100)
    const gate = Promise.withResolvers<void>()
    slow.gate = gate.promise
    keeper.add(slow)
    keeper.add(other)
    await clock.advance(1_000)
    expect([slow.renewals, other.renewals]).toEqual([1, 10])
    gate.resolve()
    await turn()
    await clock.advance(1)
    expect(slow.renewals).toBe(2)
  })

  test('has no timer when there is nothing to renew', async () => {
    const clock = new ManualClock()
    const keeper = new LeaseKeeper(clock)
    const tenant = new CountedTenant(clock, 100)
    keeper.add(tenant)
    expect(clock.alarms).toBe(1)
    keeper.remove(tenant)
    expect(clock.alarms).toBe(0)
    await clock.advance(1_000)
    expect(tenant.renewals).toBe(0)
  })
})
