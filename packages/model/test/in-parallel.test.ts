import { expect, it } from 'vitest'
import { inParallel } from '../src/index.ts'

it('works on a few items at a time, and keeps their order', async () => {
  let running = 0
  let most = 0
  const results = await inParallel([...Array(50).keys()], async item => {
    most = Math.max(most, ++running)
    await new Promise(setImmediate)
    running -= 1
    return item * 2
  })
  expect(results).toEqual([...Array(50).keys()].map(item => item * 2))
  expect(most).toBe(8)
})

it('begins nothing more when something has failed', async () => {
  const begun: number[] = []
  const all = inParallel([...Array(50).keys()], async item => {
    begun.push(item)
    await new Promise(setImmediate)
    if (item === 3) throw new Error('item 3')
  })
  await expect(all).rejects.toThrow('item 3')
  await new Promise(setImmediate)
  expect(begun.length).toBeLessThan(16)
})
