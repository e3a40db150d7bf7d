import { expect, it } from 'vitest'
import { Ledger } from '../src/ledger.ts'

const piece = (key: string, number: number) => ({ key, number, name: `${key}${number}`, text: 'text' })
const pieces = [piece('a', 0), piece('a', 1), piece('b', 0)]

it('proves what was read once and in order of each key', () => {
  const ledger = new Ledger(pieces)
  for (const one of [piece('b', 0), piece('a', 0), piece('a', 1)]) ledger.add(one)
  expect(ledger.count).toBe(3)
  expect(ledger.prove()).toMatchObject({ events: 3, keys: 2 })
})

it('refuses a repetition, a gap, a change and a loss', () => {
  const ledger = new Ledger(pieces)
  ledger.add(piece('a', 0))
  expect(() => ledger.add(piece('a', 0))).toThrow("event 0 of key 'a' was read twice")
  expect(() => ledger.add(piece('b', 1))).toThrow('came before event 0')
  expect(() => ledger.prove()).toThrow('is not what was written')
  ledger.add({ ...piece('a', 1), text: 'other' })
  ledger.add(piece('b', 0))
  expect(() => ledger.prove()).toThrow('is not what was written')
})
