import * as fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { RateMeters } from '../../src/segment-store/rates/rate-meters.ts'
import { afterInterval, NO_RATES, type WeightedRates } from '../../src/segment-store/rates/weighted-rates.ts'
import { SegmentCatalog } from '../../src/segment-store/segment-catalog.ts'
import { MemorySegmentStorage } from '../../src/storage/memory-segment-storage.ts'
import { TestClock } from '../../src/time/test-clock.ts'

const MINUTE_MS = 60_000
const TICK_MS = 5_000
const BY_KB = 1
const BY_EVENTS = 2

function values({ twoMinutes, fiveMinutes, tenMinutes, twentyMinutes }: WeightedRates): readonly number[] {
  return [twoMinutes, fiveMinutes, tenMinutes, twentyMinutes]
}

const amounts = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 60 })

describe('weighted rates', () => {
  test('weigh five seconds as Pravega does', () => {
    const steady = afterInterval(NO_RATES, 500, TICK_MS, MINUTE_MS)
    expect(values(steady)).toEqual([100, 100, 100, 100])
    const alpha = [2, 5, 10, 20].map(minutes => 1 - Math.exp(-5 / 60 / minutes))
    const expected = alpha.map(weight => 100 + weight * (400 - 100))
    const faster = afterInterval(steady, 2000, TICK_MS, MINUTE_MS)
    expect(values(faster)).toEqual(expected.map(rate => expect.closeTo(rate, 9)))
  })

  test('are never outside of what they are averages of', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 600_000 }), (list, intervalMs) => {
        const end = list.reduce((rates, amount) => afterInterval(rates, amount, intervalMs, MINUTE_MS), NO_RATES)
        const perSecond = list.map(amount => (amount * 1000) / intervalMs)
        for (const rate of values(end)) {
          expect(rate).toBeGreaterThanOrEqual(Math.min(...perSecond) * (1 - 1e-9))
          expect(rate).toBeLessThanOrEqual(Math.max(...perSecond) * (1 + 1e-9))
        }
      }),
    )
  })

  test('are the same for an interval as for its parts, when it was written to evenly', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 20 }), (list, parts) => {
        const before = list.reduce((rates, amount) => afterInterval(rates, amount, TICK_MS, MINUTE_MS), NO_RATES)
        const whole = afterInterval(before, 100 * parts, 1000 * parts, MINUTE_MS)
        let cut = before
        for (let i = 0; i < parts; i++) cut = afterInterval(cut, 100, 1000, MINUTE_MS)
        expect(values(cut)).toEqual(values(whole).map(rate => expect.closeTo(rate, 6)))
      }),
    )
  })
})

describe('a segment', () => {
  const name = 'a/s/0.#epoch.0'
  let clock: TestClock
  let meters: RateMeters
  let catalog: SegmentCatalog
  beforeEach(() => {
    clock = new TestClock()
    meters = new RateMeters(clock, MINUTE_MS)
    catalog = new SegmentCatalog(new MemorySegmentStorage(), { clock, meters })
  })

  let number = 0n
  function append(events: number, bytes: number, segment = name): void {
    const found = catalog.find(segment)
    if (found?.kind !== 'stream') throw new Error(`no segment ${segment}`)
    const previous = found.stored.attribute('writer') ?? -(2n ** 63n)
    number += 1n
    const data = [new Uint8Array(bytes - 1), new Uint8Array(1)]
    const outcome = found.append({
      writerId: 'writer',
      previousNumber: previous,
      eventNumber: number,
      numEvents: events,
      data,
      expectedOffset: undefined,
    })
    expect(outcome).toBe('appended')
  }

  /** Writes each second, for so long. */
  function write(seconds: number, events: number, bytes: number): void {
    for (let second = 0; second < seconds; second++) {
      append(events, bytes)
      clock.advance(1000)
    }
  }

  test.each([
    ['events', BY_EVENTS, 7],
    ['KB', BY_KB, 3],
  ])('is measured in %s per second', (_, scaleType, expected) => {
    catalog.addStream(name, { scaleType, targetRate: 1 })
    write(60, 7, 3 * 1024)
    const rates = catalog.getRates(name)
    expect(rates && values(rates)).toEqual(Array.from({ length: 4 }, () => expect.closeTo(expected, 6)))
  })

  test.each([
    ['that does not scale by itself', 0],
    ['of an unknown policy', 9],
  ])('%s is not measured', (_, scaleType) => {
    catalog.addStream(name, { scaleType, targetRate: 1 })
    append(1, 10)
    expect(catalog.getRates(name)).toBeUndefined()
    expect(clock.timers).toBe(0)
  })

  test('needs no timer while nothing is written to it, and keeps its silence in mind', () => {
    catalog.addStream(name, { scaleType: BY_EVENTS, targetRate: 1 })
    expect(clock.timers).toBe(0)
    write(20, 10, 100)
    expect(clock.timers).toBe(1)
    const lastTraffic = clock.now()
    for (let tick = 0; tick < 3; tick++) clock.advance(TICK_MS)
    expect(clock.timers).toBe(0)
    clock.advance(20 * MINUTE_MS - 3 * TICK_MS)
    const rates = catalog.getRates(name)
    expect(rates?.twentyMinutes).toBeCloseTo(10 * Math.exp(-1), 1)
    expect(Math.abs((rates?.lastTraffic ?? 0) - lastTraffic)).toBeLessThanOrEqual(TICK_MS)
    append(1, 10)
    expect(catalog.getRates(name)?.twentyMinutes).toBeCloseTo(10 * Math.exp(-1), 1)
  })

  test('tells once that something is written to it, and again after a pause', () => {
    let told = 0
    catalog.onTraffic(() => {
      told += 1
    })
    catalog.addStream(name, { scaleType: BY_EVENTS, targetRate: 1 })
    write(30, 1, 10)
    expect(told).toBe(1)
    for (let tick = 0; tick < 3; tick++) clock.advance(TICK_MS)
    append(1, 10)
    expect(told).toBe(2)
  })

  test('is spread over the time that went by when that went by at once', () => {
    catalog.addStream(name, { scaleType: BY_EVENTS, targetRate: 1 })
    append(600, 600)
    clock.advance(MINUTE_MS)
    expect(catalog.getRates(name)?.twoMinutes).toBeCloseTo(10, 9)
  })

  test('counts a transaction when it is merged, a long one by its share of five seconds', () => {
    const part = `${name}#transaction.0`
    const rateOf = (ageMs: number): number => {
      catalog.addStream(name, { scaleType: BY_EVENTS, targetRate: 1 })
      catalog.addStream(part)
      append(1000, 1000, part)
      clock.advance(ageMs)
      expect(catalog.getRates(name)?.twoMinutes).toBe(0)
      catalog.merge(name, part, [])
      clock.advance(TICK_MS)
      const rate = catalog.getRates(name)?.twoMinutes ?? 0
      catalog.remove(name)
      return rate
    }
    expect(rateOf(1000)).toBeCloseTo(200, 9)
    expect(rateOf(50_000)).toBeCloseTo(20, 9)
  })

  test('begins anew with a policy in another unit, and goes on with one in the same', () => {
    catalog.addStream(name, { scaleType: BY_EVENTS, targetRate: 1 })
    write(30, 10, 2048)
    catalog.setPolicy(name, { scaleType: BY_EVENTS, targetRate: 5 })
    expect(catalog.getRates(name)?.twoMinutes).toBeCloseTo(10, 6)
    catalog.setPolicy(name, { scaleType: BY_KB, targetRate: 5 })
    expect(catalog.getRates(name)).toMatchObject({ twoMinutes: 0, since: clock.now() })
    write(30, 10, 2048)
    expect(catalog.getRates(name)?.twoMinutes).toBeCloseTo(2, 6)
    catalog.setPolicy(name, { scaleType: 0, targetRate: 0 })
    expect(catalog.getRates(name)).toBeUndefined()
  })

  test('is no longer measured when it is sealed or the measuring has ended', async () => {
    catalog.addStream(name, { scaleType: BY_EVENTS, targetRate: 1 })
    const end = catalog.onTraffic(() => {})
    append(1, 10)
    expect(clock.timers).toBe(1)
    end()
    expect(clock.timers).toBe(0)
    append(1, 10)
    expect(clock.timers).toBe(0)
    await catalog.sealSegment(name)
    expect(catalog.getRates(name)).toBeUndefined()
  })
})
