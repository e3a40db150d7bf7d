import { expect, test } from 'vitest'
import { Numbers } from '../../../src/storage/disk/segments/numbers.ts'
import { GroupedChanges, MemoryKeyValues } from '../../support/memory-key-values.ts'

test('no number comes twice, also when nothing was committed', async () => {
  const keyValues = new MemoryKeyValues()
  const first = await Numbers.open(keyValues, new GroupedChanges(keyValues))
  const used = [first.next(), first.next()]
  const second = await Numbers.open(keyValues, new GroupedChanges(keyValues))
  expect(used).not.toContain(second.next())
})

test('there are more when many are used up, once that is committed', async () => {
  const keyValues = new MemoryKeyValues()
  const pending = new GroupedChanges(keyValues)
  const numbers = await Numbers.open(keyValues, pending)
  let last = 0
  for (let index = 0; index < 1_000_000; index++) last = numbers.next()
  expect(() => numbers.next()).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }))
  await pending.commit()
  expect(numbers.next()).toBe(last + 1)
  const again = await Numbers.open(keyValues, pending)
  expect(again.next()).toBeGreaterThan(last + 1)
})
