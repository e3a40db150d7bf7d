import { makeSegmentId } from '@pravega-ts/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lowerBoundOf } from '../../src/controller/domain/cut-bound.ts'
import {
  decideTruncation,
  type RecordedCut,
  recordedBeyond,
  withRecorded,
} from '../../src/controller/domain/retention.ts'
import { isAtOrAfter, placeCut } from '../../src/controller/domain/stream-cut.ts'
import type { Cut, RetentionSettings, StreamRecord } from '../../src/controller/domain/stream-record.ts'
import { type History, randomHistory, retentionPolicy, sizeUpTo } from './random-history.ts'
import { newStream, scaled } from './random-stream.ts'

const UNLIMITED = 2n ** 63n - 1n
const BY_TIME = 1
const BY_SIZE = 2

function isNotAheadOf({ stream }: Pick<History, 'stream'>, cut: Cut, other: Cut): boolean {
  const here = placeCut(stream.epochs, cut)
  const there = placeCut(stream.epochs, other)
  if (!here.valid || !there.valid) throw new Error('a good cut was refused')
  return isAtOrAfter(there.placements, here.placements)
}

function decide(history: History, policy: RetentionSettings): Cut | undefined {
  const { stream, recorded, readers, now } = history
  const cut = lowerBoundOf(stream.epochs, readers)
  const bound = cut && { cut, bytes: sizeUpTo(history, cut) }
  return decideTruncation({ epochs: stream.epochs, policy, recorded, now, bound })
}

/** What is lost is never what the policy keeps under all circumstances. */
function keepsTheLeast(history: History, { type, min }: RetentionSettings, cut: Cut): boolean {
  const { recorded, now } = history
  if (type === BY_SIZE) return (recorded.at(-1)?.bytes ?? 0n) - sizeUpTo(history, cut) >= min
  return recorded.some(({ recordedAt, cut: old }) => BigInt(now - recordedAt) >= min && isNotAheadOf(history, cut, old))
}

describe('whatever was written, scaled and read', () => {
  test('what a policy keeps at least is kept', () => {
    fc.assert(
      fc.property(randomHistory, retentionPolicy, (history, policy) => {
        const cut = decide(history, policy)
        fc.pre(cut !== undefined)
        expect(keepsTheLeast(history, policy, cut)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('without an upper bound no subscriber loses what it has not read', () => {
    fc.assert(
      fc.property(randomHistory, retentionPolicy, (history, policy) => {
        const cut = decide(history, { ...policy, max: UNLIMITED })
        fc.pre(cut !== undefined)
        for (const reader of history.readers) expect(isNotAheadOf(history, cut, reader)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('without subscribers nothing is kept that was recorded and is not demanded', () => {
    fc.assert(
      fc.property(randomHistory, retentionPolicy, ({ readers: _, ...history }, policy) => {
        const cut = decide({ ...history, readers: [] }, policy)
        const tail = history.recorded.at(-1)?.bytes ?? 0n
        for (const { recordedAt, bytes } of history.recorded) {
          const kept = policy.type === BY_SIZE ? tail - bytes : BigInt(history.now - recordedAt)
          if (kept < policy.min) continue
          expect(cut !== undefined && sizeUpTo(history, cut) >= bytes).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('what is beyond the upper bound of a size goes, also when it was not read', () => {
    fc.assert(
      fc.property(randomHistory, retentionPolicy, (history, { min, max }) => {
        const cut = decide(history, { type: BY_SIZE, min, max })
        const tail = history.recorded.at(-1)?.bytes ?? 0n
        const possible = history.recorded.some(({ bytes }) => tail - bytes >= min && tail - bytes <= max)
        fc.pre(cut !== undefined && possible && history.readers.length > 0)
        const bound = lowerBoundOf(history.stream.epochs, history.readers) ?? new Map()
        fc.pre(tail - sizeUpTo(history, bound) >= max)
        expect(tail - sizeUpTo(history, cut)).toBeLessThanOrEqual(max)
      }),
      // Few histories come that far: by the default limit, one run in some dozens did not find a hundred.
      { numRuns: 100, maxSkipsPerRun: 1000 },
    )
  })

  test('leaving out looks at a stream at rest changes no decision', () => {
    fc.assert(
      fc.property(
        randomHistory,
        retentionPolicy,
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 }),
        (history, policy, rests) => {
          let all = history.recorded
          let thinned = history.recorded
          let now = history.now
          const tail = history.recorded.at(-1)
          if (tail === undefined) return
          for (const rest of rests) {
            now += rest
            all = [...all, { ...tail, recordedAt: now }]
            thinned = withRecorded(thinned, { ...tail, recordedAt: now })
            expect(decide({ ...history, recorded: thinned, now }, policy)).toEqual(
              decide({ ...history, recorded: all, now }, policy),
            )
          }
          expect(thinned.length).toBeLessThanOrEqual(history.recorded.length + 2)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('what is recorded before a truncation is forgotten, and nothing else', () => {
    fc.assert(
      fc.property(randomHistory, retentionPolicy, (history, policy) => {
        const cut = decide(history, policy)
        fc.pre(cut !== undefined)
        const left = recordedBeyond(history.stream.epochs, history.recorded, cut)
        for (const recorded of history.recorded) {
          expect(left.includes(recorded)).toBe(!isNotAheadOf(history, recorded.cut, cut))
        }
      }),
    )
  })
})

describe('the lower bound of cuts', () => {
  test('is a cut, ahead of none of them, and not behind all of them for any key', () => {
    fc.assert(
      fc.property(randomHistory, history => {
        const bound = lowerBoundOf(history.stream.epochs, history.readers)
        expect(bound === undefined).toBe(history.readers.length === 0)
        if (bound === undefined) return
        for (const reader of history.readers) expect(isNotAheadOf(history, bound, reader)).toBe(true)
        const bytes = history.readers.map(reader => sizeUpTo(history, reader))
        expect(bytes.some(read => read >= sizeUpTo(history, bound))).toBe(true)
        if (history.readers.length === 1) expect(sizeUpTo(history, bound)).toBe(bytes[0])
      }),
      { numRuns: 500 },
    )
  })

  const halves = [
    { low: 0, high: 0.5 },
    { low: 0.5, high: 1 },
  ]
  const split = scaled(newStream(1), { sealing: [0n], ranges: halves, timestamp: 0 })
  const low = makeSegmentId(1, 1)
  const high = makeSegmentId(2, 1)
  const merged = scaled(split, { sealing: [low, high], ranges: [{ low: 0, high: 1 }], timestamp: 0 })
  const whole = makeSegmentId(3, 2)
  const cut = (...entries: readonly (readonly [bigint, bigint])[]): Cut => new Map(entries)

  test.each<[string, StreamRecord, readonly Cut[], Cut | undefined]>([
    ['of none is none', split, [], undefined],
    ['of empty ones is none', split, [cut(), cut()], undefined],
    ['leaves out who said nothing', split, [cut(), cut([0n, 7n])], cut([0n, 7n])],
    [
      'takes the smaller offset',
      split,
      [cut([low, 5n], [high, 9n]), cut([low, 6n], [high, 8n])],
      cut([low, 5n], [high, 8n]),
    ],
    ['takes what was before a split', split, [cut([low, 5n], [high, 9n]), cut([0n, 3n])], cut([0n, 3n])],
    [
      'takes what was before a merge',
      merged,
      [cut([whole, 4n]), cut([low, 5n], [high, 9n])],
      cut([low, 5n], [high, 9n]),
    ],
    [
      'keeps what one half waits for',
      merged,
      [cut([whole, 4n]), cut([low, 5n], [whole, -1n])],
      cut([low, 5n], [whole, -1n]),
    ],
    [
      'of each half its own reader',
      merged,
      [cut([low, 5n], [whole, -1n]), cut([high, 6n], [whole, -1n])],
      cut([low, 5n], [high, 6n]),
    ],
  ])('%s', (_, { epochs }, cuts, bound) => {
    expect(lowerBoundOf(epochs, cuts)).toEqual(bound)
  })
})

describe('what the original did in the same place', () => {
  const stream = newStream(1)
  const at = (offset: bigint): Cut => new Map([[0n, offset]])
  /** The tail after one, two, ... minutes, a thousand bytes each. */
  const minutes = (from: number, to: number): RecordedCut[] =>
    Array.from({ length: to - from + 1 }, (_, i) => {
      const bytes = BigInt(from + i) * 1000n
      return { recordedAt: (from + i) * 60_000, bytes, cut: at(bytes) }
    })

  test.each<[string, number, bigint, bigint, RecordedCut[], bigint | undefined, bigint | undefined]>([
    ['size, too little yet', BY_SIZE, 1500n, UNLIMITED, minutes(1, 2), undefined, undefined],
    ['size', BY_SIZE, 1500n, UNLIMITED, minutes(1, 3), undefined, 1000n],
    ['size, nothing demanded', BY_SIZE, 0n, UNLIMITED, minutes(1, 1), undefined, 1000n],
    ['size, subscriber within', BY_SIZE, 500n, 5000n, minutes(1, 2), 1500n, 1500n],
    ['size, subscriber too close to the tail', BY_SIZE, 1500n, 5000n, minutes(1, 3), 1900n, 1000n],
    ['size, subscriber too close, and too little', BY_SIZE, 1500n, 5000n, minutes(1, 2), 1900n, undefined],
    ['size, subscriber too far back', BY_SIZE, 500n, 1200n, minutes(1, 2), 100n, 1000n],
    ['size, subscriber too far back, nothing small enough recorded', BY_SIZE, 500n, 600n, minutes(1, 2), 100n, 1000n],
    ['time', BY_TIME, 60_000n, UNLIMITED, minutes(1, 2), undefined, 1000n],
    ['time, too young', BY_TIME, 60_001n, UNLIMITED, minutes(1, 2), undefined, undefined],
    ['time, subscriber within', BY_TIME, 60_000n, 1_000_000n, minutes(1, 2), 100n, 100n],
    ['time, subscriber ahead of the youngest old one', BY_TIME, 60_000n, 1_000_000n, minutes(1, 2), 2000n, 1000n],
    ['time, subscriber behind what is too old', BY_TIME, 60_000n, 100_000n, minutes(1, 3), 100n, 2000n],
    ['time, subscriber beyond what is too old', BY_TIME, 60_000n, 100_000n, minutes(1, 3), 1200n, 1200n],
  ])('%s', (_, type, min, max, recorded, subscriber, expected) => {
    const bound = subscriber === undefined ? undefined : { cut: at(subscriber), bytes: subscriber }
    const now = recorded.at(-1)?.recordedAt ?? 0
    const decision = decideTruncation({ epochs: stream.epochs, policy: { type, min, max }, recorded, now, bound })
    expect(decision).toEqual(expected === undefined ? undefined : at(expected))
  })
})
