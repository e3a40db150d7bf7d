import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { autoScalingSettings } from '../../src/auto-scaling-options.ts'
import {
  type AutoScaleQuestion,
  type AutoScalingSettings,
  decideAutoScale,
  mayScaleSoon,
} from '../../src/controller/domain/auto-scale.ts'
import { activeEpoch, currentSegments } from '../../src/controller/domain/epochs.ts'
import { decideScale } from '../../src/controller/domain/scale.ts'
import type { StreamRecord } from '../../src/controller/domain/stream-record.ts'
import type { SegmentRates } from '../../src/segment-store/rates/rate-meter.ts'
import { newStream, randomStream, scaled } from './random-stream.ts'
import { coverAllKeys } from './reader-walk.ts'

const MINUTE = 60_000
const NOW = 100 * MINUTE
const BY_EVENTS = 2
const PRAVEGA = autoScalingSettings() as AutoScalingSettings

type Scaling = StreamRecord['settings']['scaling']

function withPolicy(stream: StreamRecord, scaling: Partial<Scaling>): StreamRecord {
  const policy = { type: BY_EVENTS, targetRate: 10, scaleFactor: 4, minSegments: 1, ...scaling }
  return { ...stream, settings: { ...stream.settings, scaling: policy } }
}

/** A segment that was measured for so many minutes, at one rate, up to now. */
function steady(rate: number, minutes: number): SegmentRates {
  return measured([rate, rate, rate, rate], minutes, 0)
}

function measured(rates: readonly number[], minutes: number, idleMinutes: number): SegmentRates {
  const [twoMinutes = 0, fiveMinutes = 0, tenMinutes = 0, twentyMinutes = 0] = rates
  const since = NOW - minutes * MINUTE
  return { twoMinutes, fiveMinutes, tenMinutes, twentyMinutes, since, lastTraffic: NOW - idleMinutes * MINUTE }
}

function question(
  stream: StreamRecord,
  rates: (n: number) => SegmentRates | undefined,
  more: Partial<AutoScaleQuestion> = {},
): AutoScaleQuestion {
  const ids = currentSegments(stream).map(({ id }) => id)
  const ratesOf = (id: bigint): SegmentRates | undefined => rates(ids.indexOf(id))
  return { stream, settings: PRAVEGA, now: NOW, ratesOf, isMuted: () => false, ...more }
}

/** What the rates ask for, as numbers of the segments and how many come in their place. */
function decide(
  stream: StreamRecord,
  rates: (n: number) => SegmentRates | undefined,
  more: Partial<AutoScaleQuestion> = {},
): readonly (readonly [segments: readonly number[], parts: number])[] {
  const ids = currentSegments(stream).map(({ id }) => id)
  return decideAutoScale(question(stream, rates, more)).map(({ sealing, ranges }) => [
    sealing.map(id => ids.indexOf(id)),
    ranges.length,
  ])
}

describe('a hot segment', () => {
  const one = withPolicy(newStream(1), {})

  test.each([
    ['five times the rate for two minutes', [50.1, 0, 0, 0], true],
    ['less than that', [50, 0, 0, 0], false],
    ['twice the rate for five minutes', [0, 20.1, 0, 0], true],
    ['less than that', [0, 20, 0, 0], false],
    ['the rate for ten minutes', [0, 0, 10.1, 0], true],
    ['just the rate', [10, 10, 10, 10], false],
    ['the rate for twenty minutes only', [0, 0, 0, 100], false],
  ])('has %s: %j -> %s', (_, rates, splits) => {
    expect(decide(one, () => measured(rates, 30, 0)).length).toBe(splits ? 1 : 0)
  })

  test.each([
    [11, 2],
    [29, 2],
    [30, 3],
    [49, 4],
    [1000, 4],
  ])('at a rate of %i instead of 10 is split into %i, four being the scale factor', (rate, parts) => {
    expect(decide(one, () => steady(rate, 30))).toEqual([[[0], parts]])
  })

  test.each([-1, 0, 1, 2])('is split into two even when the scale factor is %i', scaleFactor => {
    expect(decide(withPolicy(one, { scaleFactor }), () => steady(1000, 30))).toEqual([[[0], 2]])
  })

  test('is left alone until it has cooled down, and then scaled by what it is old enough for', () => {
    const ages = (settings: AutoScalingSettings): readonly number[] =>
      [1, 2, 4, 5, 9, 10].filter(minutes => decide(one, () => steady(1000, minutes), { settings }).length > 0)
    expect(ages(PRAVEGA)).toEqual([10])
    expect(ages({ ...PRAVEGA, cooldownMs: 0 })).toEqual([2, 4, 5, 9, 10])
    const slower = [1, 4, 5, 10].filter(minutes => {
      const settings = { ...PRAVEGA, cooldownMs: 0 }
      return decide(one, () => steady(25, minutes), { settings }).length > 0
    })
    expect(slower).toEqual([5, 10])
  })

  test('is left alone when nothing has been written to it since the last look, though its rates are high', () => {
    expect(decide(one, () => measured([99, 99, 99, 99], 30, 1.9))).toEqual([[[0], 4]])
    expect(decide(one, () => measured([99, 99, 99, 99], 30, 2))).toEqual([])
  })

  test('is left alone for a while when it could not be scaled', () => {
    expect(decide(one, () => steady(1000, 30), { isMuted: () => true })).toEqual([])
  })

  test('is split beside others that are not', () => {
    const three = withPolicy(newStream(3), { minSegments: 3 })
    expect(decide(three, n => steady(n === 1 ? 25 : 10, 30))).toEqual([[[1], 2]])
  })
})

describe('cold segments', () => {
  const four = withPolicy(newStream(4), {})
  const cold = steady(1, 30)
  const warm = steady(8, 30)

  test.each([
    ['all of them', 'cccc', 1, [[0, 1, 2]]],
    [
      'all of six',
      'cccccc',
      1,
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    ['two neighbours', 'wccw', 1, [[1, 2]]],
    ['no neighbours', 'cwcw', 1, []],
    ['three, where only one segment too many is there', 'wccc', 3, [[1, 2]]],
    ['all of them, where there are just enough', 'cccc', 4, []],
    ['all of them, where there are too few', 'cccc', 9, []],
    [
      'neighbours at both ends',
      'ccwcc',
      1,
      [
        [0, 1],
        [3, 4],
      ],
    ],
    ['neighbours at both ends, where only one segment too many is there', 'ccwcc', 4, [[0, 1]]],
  ])('%s (%s, at least %i) become one', (_, kinds, minSegments, merged) => {
    const stream = withPolicy(newStream(kinds.length), { minSegments })
    expect(decide(stream, n => (kinds[n] === 'c' ? cold : warm))).toEqual(merged.map(group => [group, 1]))
  })

  test.each([
    ['slow for less than twenty minutes', steady(1, 19), false],
    ['slow for twenty minutes', steady(1, 20), true],
    ['as fast as wanted in the last two minutes', measured([10, 1, 1, 1], 30, 0), false],
    ['at half the rate over twenty minutes', measured([1, 1, 1, 5], 30, 0), false],
    ['without a write for twenty minutes, though it was hot before', measured([1, 20, 50, 90], 60, 20), true],
    ['without a write for less than that', measured([1, 20, 50, 90], 60, 19), false],
  ])('are those that are %s: %j -> %s', (_, rates, merges) => {
    expect(decide(withPolicy(newStream(2), {}), () => rates)).toEqual(merges ? [[[0, 1], 1]] : [])
  })

  test('are not those that nobody measures', () => {
    expect(decide(four, () => undefined)).toEqual([])
  })

  test('are left alone when one of them could not be merged a while ago', () => {
    const [first] = currentSegments(four)
    expect(decide(four, () => cold, { isMuted: id => id === first?.id })).toEqual([[[1, 2, 3], 1]])
  })
})

const rates: fc.Arbitrary<SegmentRates> = fc
  .tuple(
    fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 4, maxLength: 4 }),
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 60 }),
  )
  .map(([list, age, idle]) => measured(list, age, Math.min(age, idle)))
const policy = fc.record({
  type: fc.constantFrom(1, 2),
  targetRate: fc.integer({ min: 1, max: 200 }),
  scaleFactor: fc.integer({ min: -1, max: 6 }),
  minSegments: fc.integer({ min: 1, max: 6 }),
})
const situation = fc.tuple(randomStream, policy, fc.array(rates, { minLength: 60, maxLength: 60 }))

describe('whatever the rates are', () => {
  test('what they ask for can be carried out, one after the other, and leaves enough segments', () => {
    fc.assert(
      fc.property(situation, ([stream, scaling, list]) => {
        // A stream never has fewer than its policy wants: an update of the policy makes more of them.
        const enough = Math.min(currentSegments(stream).length, scaling.minSegments)
        const before = withPolicy(stream, { ...scaling, minSegments: enough })
        let after = before
        for (const request of decideAutoScale(question(before, n => list[n]))) {
          expect(decideScale(after, request).status).toBe('STARTED')
          after = scaled(after, request)
          expect(coverAllKeys(activeEpoch(after).segments)).toBe(true)
          expect(currentSegments(after).length).toBeGreaterThanOrEqual(enough)
        }
      }),
    )
  })

  test('no segment is scaled twice, too early or too much', () => {
    fc.assert(
      fc.property(situation, ([stream, scaling, list]) => {
        const asked = withPolicy(stream, scaling)
        const requests = decide(asked, n => list[n])
        const touched = requests.flatMap(([segments]) => segments)
        expect(new Set(touched).size).toBe(touched.length)
        for (const n of touched) expect(NOW - (list[n]?.since ?? NOW)).toBeGreaterThanOrEqual(10 * MINUTE)
        for (const [segments, parts] of requests) {
          if (parts === 1) expect(segments.length).toBeLessThanOrEqual(3)
          else expect(parts).toBeLessThanOrEqual(Math.max(2, scaling.scaleFactor))
        }
      }),
    )
  })

  test('streams that are sealed, fixed or without a rate stay as they are', () => {
    fc.assert(
      fc.property(situation, ([stream, scaling, list]) => {
        const still = [
          withPolicy(stream, { ...scaling, type: 0 }),
          withPolicy(stream, { ...scaling, targetRate: 0 }),
          { ...withPolicy(stream, scaling), sealed: true },
        ]
        for (const record of still) {
          expect(decide(record, n => list[n])).toEqual([])
          expect(mayScaleSoon(question(record, n => list[n]))).toBe(false)
        }
      }),
    )
  })

  test('a stream is looked at again as long as it is written to or larger than it need be', () => {
    fc.assert(
      fc.property(situation, ([stream, scaling, list]) => {
        const record = withPolicy(stream, scaling)
        const { length } = currentSegments(record)
        const isWritten = list.slice(0, length).some(({ lastTraffic }) => NOW - lastTraffic < 2 * MINUTE)
        expect(mayScaleSoon(question(record, n => list[n]))).toBe(isWritten || length > scaling.minSegments)
      }),
    )
  })
})
