import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type TimeWindow, timeWindow, type Watermark, type WatermarkPosition } from '../../src/index.ts'
import { HeldMarks } from '../../src/time/held-marks.ts'
import { type Epoch, isBefore, placesOfKeys, Traveller } from './travellers.ts'

const epoch = fc.constantFrom<Epoch>([4], [2, 2], [1, 3], [3, 1], [1, 2, 1], [1, 1, 1, 1])
const steps = fc.array(fc.tuple(fc.nat(7), fc.integer({ min: 1, max: 6 })), { maxLength: 40 })
const story = fc.record({
  epochs: fc.array(epoch, { minLength: 1, maxLength: 4 }),
  writing: steps,
  reading: steps,
  marked: fc.integer({ min: 1, max: 5 }),
})

/** A watermark after each `marked` steps of those who write; times go up by 10, and writers are 5 apart. */
function marksOf(
  epochs: readonly Epoch[],
  writing: readonly (readonly [number, number])[],
  marked: number,
): Watermark[] {
  const writers = new Traveller(epochs)
  const marks: Watermark[] = []
  for (const [n, [pick, bytes]] of writing.entries()) {
    writers.step(pick, bytes)
    const lower = BigInt(marks.length) * 10n
    const positions = n % marked === 0 ? writers.mark() : undefined
    if (positions !== undefined) marks.push({ lower, upper: lower + 5n, positions })
  }
  return marks
}

/** What the window is by what it means, key by key. */
function expected(marks: readonly Watermark[], positions: readonly WatermarkPosition[]): TimeWindow {
  const at = placesOfKeys(positions)
  const none = (test: (key: number, mark: ReturnType<typeof placesOfKeys>) => boolean) => (mark: Watermark) => {
    const places = placesOfKeys(mark.positions)
    return at.every((_, key) => !test(key, places))
  }
  const isPassed = none((key, mark) => isBefore(at[key] ?? [0, 0], mark[key] ?? [0, 0]))
  const isAhead = none((key, mark) => isBefore(mark[key] ?? [0, 0], at[key] ?? [0, 0]))
  const ahead = marks.find(mark => isAhead(mark) && !isPassed(mark))
  return { lower: marks.findLast(isPassed)?.lower, upper: ahead?.upper }
}

it('is what it means for each key, its lower bound goes up only, and does not exceed the upper one', () => {
  fc.assert(
    fc.property(story, ({ epochs, writing, reading, marked }) => {
      const marks = marksOf(epochs, writing, marked)
      const reader = new Traveller(epochs)
      let before: bigint | undefined
      for (const [pick, bytes] of reading) {
        reader.step(pick, bytes)
        const window = timeWindow(marks, reader.positions())
        expect(window).toEqual(expected(marks, reader.positions()))
        if (before !== undefined) expect(window.lower).toBeGreaterThanOrEqual(before)
        if (window.lower !== undefined && window.upper !== undefined) {
          expect(window.upper).toBeGreaterThanOrEqual(window.lower)
        }
        before = window.lower
      }
    }),
  )
})

it('begins at a watermark that was passed', () => {
  fc.assert(
    fc.property(story, ({ epochs, writing, marked }) => {
      const marks = marksOf(epochs, writing, marked)
      for (const mark of marks) {
        const { lower } = timeWindow(marks, mark.positions)
        expect(lower).toBeGreaterThanOrEqual(mark.lower)
      }
    }),
  )
})

it('needs no more watermarks than those that are held', () => {
  fc.assert(
    fc.property(story, ({ epochs, writing, reading, marked }) => {
      const marks = marksOf(epochs, writing, marked)
      const unread = marks.values()
      const held = new HeldMarks()
      const reader = new Traveller(epochs)
      for (const [pick, bytes] of reading) {
        reader.step(pick, bytes)
        const positions = reader.positions()
        held.advance(positions)
        while (!held.isEnough(positions)) {
          const next = unread.next()
          if (next.done === true) break
          held.add(next.value, positions)
        }
        expect(held.isTooLate(positions)).toBe(false)
        expect(held.window(positions)).toEqual(timeWindow(marks, positions))
      }
    }),
  )
})

it('costs a bounded number of watermarks while one segment stays behind', () => {
  const low = { low: 0, high: 0.5 }
  const high = { low: 0.5, high: 1 }
  const at = (first: bigint, second: bigint): WatermarkPosition[] => [
    { segmentId: 0n, range: low, offset: first },
    { segmentId: 1n, range: high, offset: second },
  ]
  const held = new HeldMarks()
  let most = 0
  for (let n = 1n; n <= 3_000n; n++) {
    held.add({ lower: n, upper: n, positions: at(n, n) }, at(0n, 20_000n))
    most = Math.max(most, held.size)
  }
  expect(most).toBeLessThan(1_000)
  expect(held.window(at(0n, 20_000n))).toEqual({ lower: undefined, upper: undefined })
  const { lower } = held.window(at(1_500n, 20_000n))
  expect(lower).toBeGreaterThan(1_400n)
  expect(lower).toBeLessThanOrEqual(1_500n)
  expect(held.window(at(3_000n, 20_000n)).lower).toBe(3_000n)
})
