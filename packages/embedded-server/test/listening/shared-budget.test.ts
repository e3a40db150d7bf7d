import { expect, test } from 'vitest'
import { SharedBudget } from '../../src/listening/shared-budget.ts'

const KIB = 1024

class TestHolder {
  dropped = false

  drop(): void {
    this.dropped = true
  }
}

function holders(count: number): TestHolder[] {
  return Array.from({ length: count }, () => new TestHolder())
}

test('drops those that have held their bytes for longest, until a quarter is free', () => {
  const budget = new SharedBudget(1000 * KIB)
  const all = holders(11)
  for (const holder of all) budget.hold(holder, 100 * KIB, false)
  expect(all.map(({ dropped }) => dropped).lastIndexOf(true)).toBe(3)
  expect(budget.bytes).toBe(700 * KIB)
})

test('spares whoever got on, and whoever holds little', () => {
  const budget = new SharedBudget(1000 * KIB)
  const [small, busy, ...rest] = holders(11) as [TestHolder, TestHolder, ...TestHolder[]]
  budget.hold(small, 10 * KIB, false)
  budget.hold(busy, 100 * KIB, false)
  for (const holder of rest) {
    budget.hold(holder, 110 * KIB, false)
    budget.hold(busy, 100 * KIB, true)
  }
  expect([small.dropped, busy.dropped]).toEqual([false, false])
  expect(rest.filter(({ dropped }) => dropped).length).toBe(4)
})

test('counts what is given back', () => {
  const budget = new SharedBudget(1000)
  const [one, other] = holders(2) as [TestHolder, TestHolder]
  budget.hold(one, 600, false)
  budget.hold(one, 200, false)
  budget.hold(other, 700, false)
  expect(budget.bytes).toBe(900)
  budget.hold(one, 0, true)
  budget.hold(one, 0, true)
  expect(budget.bytes).toBe(700)
  expect([one.dropped, other.dropped]).toEqual([false, false])
})
