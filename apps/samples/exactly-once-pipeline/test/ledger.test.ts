import { expect, it } from 'vitest'
import { Ledger } from '../src/ledger.ts'
import type { InvoiceLine } from '../src/orders.ts'

const line = (order: number, index: number, item: string): InvoiceLine => ({
  customer: 'c',
  order,
  line: index,
  item,
})

function ledger(): Ledger {
  const made = new Ledger()
  made.add({ customer: 'c', number: 0, items: ['tea', 'milk'] })
  made.add({ customer: 'c', number: 1, items: [] })
  made.add({ customer: 'c', number: 2, items: ['salt'] })
  return made
}

it('counts lines that are as they should be', () => {
  const kept = ledger()
  for (const one of [line(0, 0, 'TEA'), line(0, 1, 'MILK'), line(2, 0, 'SALT')]) kept.check(one)
  expect([kept.orders, kept.lines, kept.seen]).toEqual([3, 3, 3])
})

it.each([
  ['a repetition', [line(0, 0, 'TEA'), line(0, 0, 'TEA')]],
  ['a gap', [line(0, 1, 'MILK')]],
  ['a change', [line(0, 0, 'tea')]],
  ['what nobody has ordered', [line(0, 0, 'TEA'), line(0, 1, 'MILK'), line(2, 0, 'SALT'), line(3, 0, 'BREAD')]],
])('refuses %s', (_, lines) => {
  const kept = ledger()
  expect(() => {
    for (const one of lines) kept.check(one)
  }).toThrow('customer c')
})
