import { type KeyRange, KeyRangeIndex, splitKeyRange } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverRangesOf, type Route, replaceTarget } from '../../src/write/routes.ts'

function routes(...parts: readonly [low: number, high: number, target: string][]): readonly Route<string>[] {
  return parts.map(([low, high, target]) => ({ range: { low, high }, target }))
}

describe('replacing a segment', () => {
  it('gives its range to those it was split into', () => {
    const before = routes([0, 0.5, 'a'], [0.5, 1, 'b'])
    const after = routes([0, 0.25, 'c'], [0.25, 0.5, 'd'], [0.5, 1, 'b'])
    expect(replaceTarget(before, 'a', after.slice(0, 2))).toEqual(after)
  })

  it('gives one that it was merged into only its own part, until the others come', () => {
    const first = replaceTarget(routes([0, 0.5, 'a'], [0.5, 1, 'b']), 'a', routes([0, 1, 'c']))
    expect(first).toEqual(routes([0, 0.5, 'c'], [0.5, 1, 'b']))
    expect(replaceTarget(first ?? [], 'b', routes([0, 1, 'c']))).toEqual(routes([0, 1, 'c']))
  })

  it('moves all its parts', () => {
    const before = routes([0, 0.2, 'a'], [0.2, 0.8, 'b'], [0.8, 1, 'a'])
    expect(replaceTarget(before, 'a', routes([0, 0.9, 'c'], [0.9, 1, 'd']))).toEqual(
      routes([0, 0.2, 'c'], [0.2, 0.8, 'b'], [0.8, 0.9, 'c'], [0.9, 1, 'd']),
    )
  })

  it('does nothing while a part of its range has no successor', () => {
    const before = routes([0, 1, 'a'])
    for (const gaps of [routes([0, 0.5, 'c']), routes([0.5, 1, 'c']), routes([0, 0.4, 'c'], [0.6, 1, 'd']), []]) {
      expect(replaceTarget(before, 'a', gaps)).toBeUndefined()
      expect(coverRangesOf(before, 'a', gaps)).toBe(false)
    }
    expect(coverRangesOf(before, 'a', routes([0, 1, 'c']))).toBe(true)
  })

  it('takes bounds that differ by rounding for one', () => {
    const before = routes([0, 1 / 3, 'a'], [1 / 3, 1, 'b'])
    const after = replaceTarget(before, 'a', routes([0, 0.1, 'c'], [0.1 + 1e-16, 0.3333333333333334, 'd']))
    expect(after).toEqual(routes([0, 0.1, 'c'], [0.1, 1 / 3, 'd'], [1 / 3, 1, 'b']))
  })
})

interface Segment {
  readonly id: number
  readonly range: KeyRange
  successors: Segment[]
}

describe('any history of scales, noticed in any order', () => {
  it('leaves each position with one segment, which ends as the one that is written to there', () => {
    const step = fc.record({
      from: fc.double({ min: 0, max: 0.999, noNaN: true }),
      width: fc.double({ min: 0, max: 1, noNaN: true }),
      into: fc.integer({ min: 1, max: 4 }),
      notice: fc.array(fc.nat(), { maxLength: 4 }),
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { maxLength: 8 }),
        fc.nat(),
        (initial, steps, seed) => {
          let ids = 0
          const make = (range: KeyRange): Segment => ({ id: ids++, range, successors: [] })
          let current = splitKeyRange(initial).map(make)
          let known: readonly Route<Segment>[] = current.map(target => ({ range: target.range, target }))
          const notice = (choice: number): boolean => {
            const stale = [...new Set(known.map(({ target }) => target))].filter(
              ({ successors }) => successors.length > 0,
            )
            const old = stale[choice % Math.max(1, stale.length)]
            if (old === undefined) return false
            const next = replaceTarget(
              known,
              old,
              old.successors.map(target => ({ range: target.range, target })),
            )
            expect(next).toBeDefined()
            // Nothing else has moved.
            const index = new KeyRangeIndex(known)
            const after = new KeyRangeIndex(next ?? [])
            for (let position = 0.0005; position < 1; position += 0.01) {
              const was = index.at(position).target
              if (was !== old) expect(after.at(position).target).toBe(was)
              else expect(old.successors).toContain(after.at(position).target)
            }
            known = next ?? known
            return true
          }
          for (const { from, width, into, notice: choices } of steps) {
            const first = Math.floor(from * current.length)
            const count = Math.max(1, Math.ceil(width * (current.length - first)))
            const sealed = current.slice(first, first + count)
            const range = { low: sealed[0]?.range.low ?? 0, high: sealed.at(-1)?.range.high ?? 1 }
            const made = splitKeyRange(into, range).map(make)
            for (const old of sealed) {
              old.successors = made.filter(one => one.range.low < old.range.high && old.range.low < one.range.high)
            }
            current = [...current.slice(0, first), ...made, ...current.slice(first + count)]
            for (const choice of choices) notice(choice)
          }
          for (let choice = seed; notice(choice); choice++) {}
          expect(known.map(({ target }) => target.id)).toEqual(current.map(({ id }) => id))
        },
      ),
      { numRuns: 300 },
    )
  })
})
