import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TestClock } from '../../src/index.ts'
import { Patience } from '../../src/listening/patience.ts'

const MS = 100

type Step = { readonly do: 'begin' | 'end'; readonly who: number } | { readonly do: 'advance'; readonly ms: number }

const who = fc.nat(4)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('begin', 'end'), who }),
  fc.record({ do: fc.constant('advance'), ms: fc.integer({ min: 1, max: 150 }) }),
)

test('whoever waits for too long is told so once, at the first look after it, and nobody else is', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const clock = new TestClock(0)
      const expired: number[] = []
      const patience = new Patience<number>(clock, MS, waiting => expired.push(waiting))
      const since = new Map<number, number>()
      for (const next of steps) {
        if (next.do === 'advance') {
          clock.advance(next.ms)
          const due = [...since].filter(([, begun]) => begun + MS <= clock.now()).map(([one]) => one)
          for (const one of due) since.delete(one)
          expect(expired.splice(0)).toEqual(due)
        } else {
          since.delete(next.who)
          if (next.do === 'begin') since.set(next.who, clock.now())
          patience[next.do](next.who)
        }
        expect(patience.size).toBe(since.size)
        expect(patience.longest?.waiting).toBe([...since.keys()][0])
        expect(clock.timers).toBe(since.size === 0 ? 0 : 1)
      }
    }),
  )
})

test('one that is told so may wait again at once', () => {
  const clock = new TestClock(0)
  let told = 0
  const patience = new Patience<string>(clock, MS, waiting => {
    told++
    if (told < 3) patience.begin(waiting)
  })
  patience.begin('a')
  for (let round = 0; round < 5; round++) clock.advance(MS)
  expect([told, patience.size, clock.timers]).toEqual([3, 0, 0])
})
