import { makeSegmentId } from '@pravega-ts/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { activeEpoch, allSegments } from '../../src/controller/domain/epochs.ts'
import {
  headOf,
  isAtOrAfter,
  type Placement,
  placeCut,
  placementsAtStartOf,
  segmentsBefore,
  segmentsBetween,
} from '../../src/controller/domain/stream-cut.ts'
import type { Cut, StreamRecord } from '../../src/controller/domain/stream-record.ts'
import { newStream, randomStream, scaled } from './random-stream.ts'
import { ReaderWalk } from './reader-walk.ts'

const steps = fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 40 })

function walk(reader: ReaderWalk, path: readonly (readonly [number, boolean])[]): ReaderWalk {
  for (const [choice, finish] of path) reader.step(choice, finish)
  return reader
}

function place(stream: StreamRecord, cut: Cut): readonly Placement[] {
  const placed = placeCut(stream.epochs, cut)
  if (!placed.valid) throw new Error(`a reader's cut was refused as ${placed.reason}`)
  return placed.placements
}

const sorted = (ids: Iterable<bigint>): readonly bigint[] => [...ids].sort((a, b) => (a < b ? -1 : 1))

describe('wherever a reader is', () => {
  test('its cut is valid and has a position for every key', () => {
    fc.assert(
      fc.property(randomStream, steps, (stream, path) => {
        const placements = place(stream, walk(new ReaderWalk(stream), path).cut)
        expect(placements[0]?.low).toBe(0)
        expect(placements.at(-1)?.high).toBe(1)
        expect(placements.every(({ low }, i) => i === 0 || low === placements[i - 1]?.high)).toBe(true)
      }),
    )
  })

  test('a truncation there deletes exactly what it has finished and is not held by what it waits for', () => {
    fc.assert(
      fc.property(randomStream, steps, (stream, path) => {
        const reader = walk(new ReaderWalk(stream), path)
        expect(segmentsBefore(stream.epochs, place(stream, reader.cut))).toEqual(sorted(reader.finished))
      }),
    )
  })

  test('what lies between two of its positions is what it has begun since', () => {
    fc.assert(
      fc.property(randomStream, steps, steps, (stream, first, second) => {
        const reader = walk(new ReaderWalk(stream), first)
        const from = place(stream, reader.cut)
        const finishedBefore = reader.finished
        walk(reader, second)
        const passed = [...reader.begun].filter(id => !finishedBefore.has(id))
        expect(segmentsBetween(stream.epochs, from, place(stream, reader.cut))).toEqual(sorted(passed))
      }),
    )
  })

  test('it is at or after where it was, and not the other way round once it has moved', () => {
    fc.assert(
      fc.property(randomStream, steps, steps, (stream, first, second) => {
        const reader = walk(new ReaderWalk(stream), first)
        const from = place(stream, reader.cut)
        const moved = second.some(([choice, finish]) => reader.step(choice, finish))
        const to = place(stream, reader.cut)
        expect(isAtOrAfter(to, from)).toBe(true)
        expect(isAtOrAfter(from, to)).toBe(!moved)
      }),
    )
  })

  test('from the beginning to now is everything', () => {
    fc.assert(
      fc.property(randomStream, stream => {
        const start = place(stream, new ReaderWalk(stream).cut)
        const all = allSegments(stream.epochs).map(({ id }) => id)
        expect(segmentsBetween(stream.epochs, start, placementsAtStartOf(activeEpoch(stream)))).toEqual(all)
      }),
    )
  })
})

describe('a cut', () => {
  const halves = [
    { low: 0, high: 0.5 },
    { low: 0.5, high: 1 },
  ]
  const split = scaled(newStream(1), { sealing: [0n], ranges: halves, timestamp: 0 })
  const low = makeSegmentId(1, 1)
  const high = makeSegmentId(2, 1)
  const merged = scaled(split, { sealing: [low, high], ranges: [{ low: 0, high: 1 }], timestamp: 0 })
  const whole = makeSegmentId(3, 2)

  test.each<[string, StreamRecord, Cut, string]>([
    ['nothing', split, new Map(), 'empty'],
    ['an epoch that there is not', split, new Map([[makeSegmentId(0, 7), 0n]]), 'unknownEpoch'],
    ['a negative id', split, new Map([[-1n, 0n]]), 'unknownEpoch'],
    ['a segment that there is not', split, new Map([[9n, 0n]]), 'unknownSegment'],
    [
      'only what it has not reached',
      split,
      new Map([
        [low, -1n],
        [high, -1n],
      ]),
      'onlyFuture',
    ],
    ['half of the keys', split, new Map([[low, 0n]]), 'incomplete'],
    [
      'a key twice',
      split,
      new Map([
        [0n, 0n],
        [low, 0n],
      ]),
      'incomplete',
    ],
    [
      'a future that is past',
      merged,
      new Map([
        [low, 0n],
        [high, 0n],
        [0n, -1n],
      ]),
      'incomplete',
    ],
    [
      'a future that leaves a gap',
      merged,
      new Map([
        [low, 0n],
        [low, 0n],
      ]),
      'incomplete',
    ],
  ])('of %s is none', (_, stream, cut, reason) => {
    expect(placeCut(stream.epochs, cut)).toEqual({ valid: false, reason })
  })

  test('may fill what it has finished with what it has not reached', () => {
    const placements = place(
      merged,
      new Map([
        [high, 7n],
        [whole, -1n],
      ]),
    )
    expect(placements).toMatchObject([
      { low: 0, high: 0.5, segment: { id: whole }, offset: -1n },
      { low: 0.5, high: 1, segment: { id: high }, offset: 7n },
    ])
    expect(segmentsBefore(merged.epochs, placements)).toEqual([0n, low])
  })

  test('that is the head begins a segment that has nothing before it, and leaves out what comes later', () => {
    const at = (cut: Cut): Cut => headOf({ ...merged, head: cut })
    expect(
      at(
        new Map([
          [low, 5n],
          [high, -1n],
        ]),
      ),
    ).toEqual(
      new Map([
        [low, 5n],
        [high, 0n],
      ]),
    )
    expect(
      at(
        new Map([
          [low, 5n],
          [high, 6n],
          [whole, -1n],
        ]),
      ),
    ).toEqual(
      new Map([
        [low, 5n],
        [high, 6n],
      ]),
    )
    expect(headOf(merged)).toEqual(new Map([[0n, 0n]]))
  })
})
