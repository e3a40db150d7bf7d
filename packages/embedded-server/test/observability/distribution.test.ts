import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Distribution } from '../../src/observability/distribution.ts'
import { registryOf } from '../../src/observability/metric-registry.ts'

test('every observation is counted in the bucket of the first bound that it does not exceed', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), seconds => {
      const distribution = new Distribution()
      for (const one of seconds) distribution.observe(one)
      const bounds = [...Distribution.BOUNDS, Number.POSITIVE_INFINITY]
      const expected = bounds.map((bound, index) => {
        const below = bounds[index - 1] ?? Number.NEGATIVE_INFINITY
        return seconds.filter(one => one > below && one <= bound).length
      })
      expect([...distribution.buckets]).toEqual(expected)
      expect(distribution.count).toBe(seconds.length)
      expect(distribution.sum).toBeCloseTo(seconds.reduce((sum, one) => sum + one, 0))
    }),
  )
})

test('a histogram is told in cumulated buckets, with labels that are escaped', async () => {
  const distribution = new Distribution()
  for (const seconds of [0.0004, 0.0005, 0.002, 99]) distribution.observe(seconds)
  const registry = registryOf([
    { name: 'one', help: 'Help.', type: 'histogram', read: () => [{ labels: { of: 'a"b\\c\nd' }, distribution }] },
  ])
  const lines = (await registry.metrics()).split('\n')
  expect(lines.slice(0, 5)).toEqual([
    '# HELP one Help.',
    '# TYPE one histogram',
    'one_bucket{le="0.0005",of="a\\"b\\\\c\\nd"} 2',
    'one_bucket{le="0.001",of="a\\"b\\\\c\\nd"} 2',
    'one_bucket{le="0.0025",of="a\\"b\\\\c\\nd"} 3',
  ])
  expect(lines).toContain('one_bucket{le="+Inf",of="a\\"b\\\\c\\nd"} 4')
  expect(lines).toContain('one_count{of="a\\"b\\\\c\\nd"} 4')
})
