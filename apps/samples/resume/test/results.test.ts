import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReceivedEvent } from '@pravega-ts/client'
import { ScopedSegment } from '@pravega-ts/model'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { billed, type Order, ordersUpTo } from '../src/orders.ts'
import { Results } from '../src/results.ts'
import { check } from '../src/story.ts'

const LENGTH = 10n

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resume-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function event(number: number, segment = 0): ReceivedEvent<Order> {
  const offset = BigInt(number - 1) * LENGTH
  const value: Order = { number, customer: 'anna', cents: number }
  const place = { segment: ScopedSegment.of('shop', 'orders', segment, 0), offset, endOffset: offset + LENGTH }
  return { ...place, value } as unknown as ReceivedEvent<Order>
}

it('counts each event once, also when it comes again', async () => {
  const results = await Results.in(folder)
  for (const number of [1, 2]) expect(await results.store(event(number))).toBe(true)
  for (const number of [1, 2]) expect(await results.store(event(number))).toBe(false)
  expect(await results.store(event(1, 1))).toBe(true)
  expect(Object.fromEntries(await results.accounts())).toEqual({ anna: { orders: 3, cents: 4 } })
  expect((await results.position()).toText()).toBe('1:shop/orders/0.#epoch.0=20,shop/orders/1.#epoch.0=10')
})

it('goes on where another consumer has come to', async () => {
  const [one, two] = [await Results.in(folder), await Results.in(folder)]
  expect(await one.store(event(1))).toBe(true)
  expect(await two.store(event(1))).toBe(false)
  expect(await two.store(event(2))).toBe(true)
  // The segment has come back.
  expect(await one.store(event(2))).toBe(false)
  expect(await one.store(event(3))).toBe(true)
  expect(Object.fromEntries(await two.accounts())).toEqual({ anna: { orders: 3, cents: 6 } })
})

it('does not mind what a consumer that was killed has half written', async () => {
  const results = await Results.in(folder)
  await results.store(event(1))
  const [file] = await readdir(folder)
  await writeFile(join(folder, `${file}.4711`), '{"offset":"1')
  const next = await Results.in(folder)
  expect((await next.position()).segments).toEqual(new Map([['shop/orders/0.#epoch.0', 10n]]))
  expect(await next.store(event(2))).toBe(true)
})

it('begins with nothing', async () => {
  const results = await Results.in(join(folder, 'new'))
  expect((await results.accounts()).size).toBe(0)
  expect((await results.position()).toText()).toBe('1:')
})

it('notices an order that is missing, and one that was billed twice', () => {
  const accounts = (orders: readonly Order[]) => {
    const all = new Map<string, ReturnType<typeof billed>>()
    for (const order of orders) all.set(order.customer, billed(all.get(order.customer), order))
    return all
  }
  const orders = [...ordersUpTo(100)]
  expect(() => check(accounts(orders), 100)).not.toThrow()
  expect(() => check(accounts(orders.slice(1)), 100)).toThrow('and was billed')
  expect(() => check(accounts([...orders, ...orders.slice(0, 1)]), 100)).toThrow('and was billed')
  // As many as there should be, and yet not the same.
  const [first] = orders
  const instead = orders.map(order => (order.number === 9 && first !== undefined ? first : order))
  expect(() => check(accounts(instead), 100)).toThrow('and was billed')
})
