import {
  FULL_KEY_RANGE,
  KeyRangeIndex,
  keyRange,
  keyRangeContains,
  keyRangesOverlap,
  splitKeyRange,
} from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from './refused.ts'

const lower = { low: 0, high: 0.5 }
const upper = { low: 0.5, high: 1 }

describe('key range', () => {
  it('contains its upper bound, and its lower one only when that is 0', () => {
    expect([0, 0.25, 0.5].map(at => keyRangeContains(lower, at))).toEqual([true, true, true])
    expect([0.5, 0.75, 1].map(at => keyRangeContains(upper, at))).toEqual([false, true, true])
    expect(keyRangeContains(lower, 0.6)).toBe(false)
    expect(keyRangeContains(upper, 0.4)).toBe(false)
  })

  it('overlaps what it has more than a bound in common with', () => {
    expect(keyRangesOverlap(lower, upper)).toBe(false)
    expect(keyRangesOverlap(lower, { low: 0.4, high: 0.6 })).toBe(true)
    expect(keyRangesOverlap(FULL_KEY_RANGE, { low: 0.4, high: 0.6 })).toBe(true)
    expect(keyRangesOverlap({ low: 0.4, high: 0.6 }, FULL_KEY_RANGE)).toBe(true)
    expect(keyRangesOverlap({ low: 0, high: 0.2 }, { low: 0.3, high: 1 })).toBe(false)
  })

  it('ends at 1 when a server computed nearly 1', () => {
    expect(keyRange(0.5, 0.9999999999999999)).toEqual({ low: 0.5, high: 1 })
    expect(keyRange(0.5, 1 + 1e-12)).toEqual({ low: 0.5, high: 1 })
    expect(keyRange(0.5, 0.99999999)).toEqual({ low: 0.5, high: 0.99999999 })
  })

  it.each([
    [0.5, 0.5],
    [0.6, 0.5],
    [-0.1, 0.5],
    [0, 1.1],
    [Number.NaN, 1],
    [0, Number.NaN],
  ])('refuses %d to %d', (low, high) => {
    refused(() => keyRange(low, high))
  })
})

describe('splitKeyRange', () => {
  it('makes equal parts that share their bounds, for any number of parts', () => {
    for (let count = 1; count <= 300; count++) {
      const parts = splitKeyRange(count)
      expect([parts.length, parts[0]?.low, parts.at(-1)?.high]).toEqual([count, 0, 1])
      expect(parts.every((part, i) => i === 0 || part.low === parts[i - 1]?.high)).toBe(true)
      expect(parts.every(part => Math.abs(part.high - part.low - 1 / count) < 1e-12)).toBe(true)
    }
  })

  it('keeps the outer bounds of the range bit for bit', () => {
    const range = { low: 1 / 3, high: 0.9999999999999999 }
    const parts = splitKeyRange(3, range)
    expect([parts[0]?.low, parts[2]?.high]).toEqual([range.low, range.high])
  })

  it('refuses a count that makes no sense', () => {
    for (const count of [0, -1, 1.5, Number.NaN]) refused(() => splitKeyRange(count))
  })
})

describe('KeyRangeIndex', () => {
  const index = new KeyRangeIndex([
    { range: upper, name: 'upper' },
    { range: lower, name: 'lower' },
  ])

  it('chooses the smallest upper bound that is not below the position', () => {
    expect([0, 0.3, 0.5].map(at => index.at(at).name)).toEqual(['lower', 'lower', 'lower'])
    expect([0.5000000000000001, 0.9, 1].map(at => index.at(at).name)).toEqual(['upper', 'upper', 'upper'])
    expect(index.items.map(item => item.name)).toEqual(['lower', 'upper'])
  })

  it('takes the bounds that servers compute, whose last one is not always 1', () => {
    for (const count of [1, 3, 49, 98, 103, 107, 161, 187]) {
      const servers = Array.from({ length: count }, (_, i) => ({
        range: { low: i * (1 / count), high: (i + 1) * (1 / count) },
        number: i,
      }))
      const index = new KeyRangeIndex(servers)
      expect(index.at(1).number).toBe(count - 1)
      expect(index.at(1 - 2 ** -53).number).toBe(count - 1)
      expect(index.at(0).number).toBe(0)
    }
  })

  it('agrees with keyRangeContains', () => {
    const position = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), position, (count, at) => {
        const index = new KeyRangeIndex(splitKeyRange(count).map(range => ({ range })))
        expect(keyRangeContains(index.at(at).range, at)).toBe(true)
        expect(index.items.filter(item => keyRangeContains(item.range, at))).toHaveLength(1)
      }),
    )
  })

  it('refuses ranges that do not cover the key space once', () => {
    const of = (...ranges: { low: number; high: number }[]) => new KeyRangeIndex(ranges.map(range => ({ range })))
    expect(refused(() => of())).toContain('no range covers')
    expect(refused(() => of(lower))).toContain('"0.5 to 1"')
    expect(refused(() => of(upper))).toContain('"0 to 0.5"')
    expect(refused(() => of(lower, { low: 0.6, high: 1 }))).toContain('no range covers')
    expect(refused(() => of(lower, { low: 0.4, high: 1 }))).toContain('more than one range covers')
  })

  it('refuses a position outside', () => {
    for (const at of [-0.1, 1.1, Number.NaN]) refused(() => index.at(at))
  })
})
