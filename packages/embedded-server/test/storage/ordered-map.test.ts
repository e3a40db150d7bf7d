import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OrderedMap } from '../../src/storage/ordered-map.ts'

const keys = fc.nat(400).map(number => String(number))
const change = fc.record({ key: keys, removes: fc.boolean(), value: fc.nat() })

test('is a map whose values come in the order of keys', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 3000 }), fc.option(keys, { nil: undefined }), (changes, after) => {
      const map = new OrderedMap<number>()
      const model = new Map<string, number>()
      for (const { key, removes, value } of changes) {
        if (removes) {
          expect(map.delete(key)).toBe(model.delete(key))
        } else {
          map.set(key, value)
          model.set(key, value)
        }
        expect(map.get(key)).toBe(model.get(key))
      }
      expect(map.size).toBe(model.size)
      const expected = [...model.keys()]
        .sort()
        .filter(key => after === undefined || key > after)
        .map(key => model.get(key))
      expect([...map.valuesAfter(after)]).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

test('holds many keys put in any order', () => {
  for (const order of [
    (index: number) => index,
    (index: number) => -index,
    (index: number) => (index * 7919) % 20_011,
  ]) {
    const map = new OrderedMap<string>()
    const expected: string[] = []
    for (let index = 0; index < 20_000; index++) {
      const key = String(order(index) + 1e6)
      map.set(key, key)
      expected.push(key)
    }
    expect([...map.valuesAfter(undefined)]).toEqual(expected.sort())
  }
})

test('can be changed while it is iterated', () => {
  const map = new OrderedMap<string>()
  for (const key of ['a', 'b', 'c', 'd']) map.set(key, key)
  const seen: string[] = []
  for (const value of map.valuesAfter(undefined)) {
    seen.push(value)
    map.delete(value)
    if (value === 'b') map.set('bb', 'bb')
    if (value === 'c') map.set('a', 'a')
  }
  expect(seen).toEqual(['a', 'b', 'bb', 'c', 'd'])
})
