import { makeSegmentId, segmentEpoch, segmentNumber } from '@pravega-ts/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  activeEpoch,
  allSegments,
  firstEpoch,
  highestNumber,
  predecessors,
  successors,
} from '../../src/controller/domain/epochs.ts'
import { decideScale, scaleForSettings } from '../../src/controller/domain/scale.ts'
import { fixedSettings, MOST_SEGMENTS } from '../../src/controller/domain/settings.ts'
import { fitsActiveEpoch, planRoll } from '../../src/controller/domain/transaction-roll.ts'
import { newStream, randomStream, requestFor, scaled } from './random-stream.ts'
import { coverAllKeys } from './reader-walk.ts'

const halves = [
  { low: 0, high: 0.5 },
  { low: 0.5, high: 1 },
]

describe('epochs', () => {
  test('the last of n equal ranges ends at exactly 1, also for the n for which n * (1/n) does not', () => {
    for (const n of [1, 2, 3, 49, 98, 103, 107, 161, 187, 1000]) {
      expect(coverAllKeys(firstEpoch(n, 0, 0).segments)).toBe(true)
    }
  })

  test('every epoch of a scaled stream covers all keys once', () => {
    fc.assert(
      fc.property(randomStream, stream => {
        expect(stream.epochs.every(({ segments }) => coverAllKeys(segments))).toBe(true)
      }),
    )
  })

  test('ids are never used twice, and new numbers are higher than those of the epoch before', () => {
    fc.assert(
      fc.property(randomStream, stream => {
        const ids = allSegments(stream.epochs).map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        stream.epochs.slice(1).forEach((epoch, i) => {
          const before = stream.epochs[i]
          const made = epoch.segments.filter(({ id }) => segmentEpoch(id) === epoch.epoch)
          expect(before && made.every(({ id }) => segmentNumber(id) > highestNumber(before))).toBe(true)
        })
      }),
    )
  })

  test('successors and predecessors are inverse of each other', () => {
    fc.assert(
      fc.property(randomStream, ({ epochs }) => {
        const segments = allSegments(epochs)
        for (const { id } of segments) {
          for (const { segment, predecessors: all } of successors(epochs, id)) {
            expect(all).toContain(id)
            expect(all).toEqual(predecessors(epochs, segment.id).map(before => before.id))
          }
          for (const before of predecessors(epochs, id)) {
            expect(successors(epochs, before.id).map(({ segment }) => segment.id)).toContain(id)
          }
        }
      }),
    )
  })

  test('only what is active has no successors, and what follows a segment covers its keys', () => {
    fc.assert(
      fc.property(randomStream, stream => {
        const active = new Set(activeEpoch(stream).segments.map(({ id }) => id))
        for (const { id, low, high } of allSegments(stream.epochs)) {
          const next = successors(stream.epochs, id).map(({ segment }) => segment)
          expect(next.length === 0).toBe(active.has(id))
          if (next.length === 0) continue
          expect(Math.min(...next.map(segment => segment.low))).toBeLessThanOrEqual(low)
          expect(Math.max(...next.map(segment => segment.high))).toBeGreaterThanOrEqual(high)
        }
      }),
    )
  })
})

describe('a scale', () => {
  test('keeps the segments that it does not name', () => {
    fc.assert(
      fc.property(randomStream, fc.nat(20), (stream, first) => {
        const request = requestFor(stream, { first, count: 1, parts: 2 })
        const kept = activeEpoch(stream).segments.filter(({ id }) => !request.sealing.includes(id))
        expect(activeEpoch(scaled(stream, request)).segments).toEqual(expect.arrayContaining([...kept]))
      }),
    )
  })

  test.each([
    ['nothing to do', [], [], 'FAILURE'],
    ['an unknown segment', [9n], [{ low: 0, high: 1 }], 'PRECONDITION_FAILED'],
    ['a gap', [0n], [{ low: 0, high: 0.4 }], 'FAILURE'],
    ['keys of another segment', [0n], [{ low: 0, high: 1 }], 'FAILURE'],
    [
      'an overlap',
      [0n],
      [
        { low: 0, high: 0.3 },
        { low: 0.2, high: 0.5 },
      ],
      'FAILURE',
    ],
    ['a reversed range', [0n], [{ low: 0.5, high: 0 }], 'FAILURE'],
    ['a bound that is not a number', [0n], [{ low: 0, high: Number.NaN }], 'FAILURE'],
    ['a segment without anything in its place', [0n], [], 'FAILURE'],
    ['ranges without anything that they replace', [], halves, 'FAILURE'],
    ['fewer segments than the policy wants', [0n, 1n], [{ low: 0, high: 1 }], 'PRECONDITION_FAILED'],
  ])('with %s is refused', (_, sealing, ranges, status) => {
    const stream = newStream(2)
    const settings = { ...stream.settings, scaling: { ...stream.settings.scaling, minSegments: 2 } }
    expect(decideScale({ ...stream, settings }, { sealing, ranges, timestamp: 0 })).toEqual({ status })
  })

  test('of a sealed stream is refused', () => {
    const request = { sealing: [0n], ranges: halves, timestamp: 0 }
    expect(decideScale({ ...newStream(1), sealed: true }, request)).toEqual({ status: 'FAILURE' })
    expect(decideScale(newStream(1), request).status).toBe('STARTED')
  })

  test('into more segments than a process can hold is refused', () => {
    const parts = MOST_SEGMENTS + 1
    const request = requestFor(newStream(1), { first: 0, count: 1, parts })
    expect(decideScale(newStream(1), request)).toEqual({ status: 'FAILURE' })
  })

  test('never goes back in time', () => {
    const stream = newStream(1)
    const late = { ...stream, epochs: [{ ...activeEpoch(stream), createdAt: 500 }] }
    const at = (timestamp: number): number =>
      activeEpoch(scaled(late, { sealing: [0n], ranges: halves, timestamp })).createdAt
    expect([at(0), at(500), at(900)]).toEqual([501, 501, 900])
  })

  test.each([
    ['fixed', 0, 2, 2, false],
    ['fixed', 0, 2, 3, true],
    ['fixed', 0, 3, 2, true],
    ['by rate', 1, 3, 2, false],
    ['by rate', 2, 2, 3, true],
  ])('follows an update of policy %s %i from %i to %i segments: %s', (_, type, from, to, scales) => {
    const settings = { ...fixedSettings(0n), scaling: { type, targetRate: 1, scaleFactor: 2, minSegments: to } }
    const scale = scaleForSettings(newStream(from), settings, 0)
    expect(scale?.epoch.segments.length).toBe(scales ? to : undefined)
    if (scale !== undefined) expect(coverAllKeys(scale.epoch.segments)).toBe(true)
  })
})

describe('a roll', () => {
  test('repeats both epochs under new ids, with the references of the originals', () => {
    fc.assert(
      fc.property(randomStream, fc.nat(12), (stream, choice) => {
        const epoch = choice % stream.epochs.length
        const { merged, resumed } = planRoll(stream, epoch, 0)
        const last = stream.activeEpoch
        expect([merged.epoch, resumed.epoch]).toEqual([last + 1, last + 2])
        expect([merged.referenceEpoch, resumed.referenceEpoch]).toEqual([epoch, last])
        const shape = (segments: readonly { id: bigint; low: number; high: number }[]): unknown =>
          segments.map(({ id, low, high }) => [segmentNumber(id), low, high])
        expect(shape(merged.segments)).toEqual(shape(stream.epochs[epoch]?.segments ?? []))
        expect(shape(resumed.segments)).toEqual(shape(activeEpoch(stream).segments))
        const rolled = { ...stream, epochs: [...stream.epochs, merged, resumed], activeEpoch: last + 2 }
        expect(fitsActiveEpoch(rolled, last)).toBe(true)
      }),
    )
  })

  test('puts the epoch of the transaction between the two ends of what was scaled', () => {
    const split = scaled(newStream(1), { sealing: [0n], ranges: halves, timestamp: 0 })
    const { merged, resumed } = planRoll(split, 0, 0)
    const epochs = [...split.epochs, merged, resumed]
    const between = makeSegmentId(0, 2)
    const parts = [makeSegmentId(1, 1), makeSegmentId(2, 1)]
    expect(successors(epochs, makeSegmentId(1, 1))).toMatchObject([{ segment: { id: between }, predecessors: parts }])
    expect(successors(epochs, between).map(({ segment }) => segment.id)).toEqual([
      makeSegmentId(1, 3),
      makeSegmentId(2, 3),
    ])
  })
})
