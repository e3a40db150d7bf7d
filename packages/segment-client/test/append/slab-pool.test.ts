import { expect, test } from 'vitest'
import { type Slab, SlabPool } from '../../src/append/slab-pool.ts'

function take(pool: SlabPool, count: number): Slab[] {
  return Array.from({ length: count }, () => pool.take(1))
}

/** Slabs of `first` that are there again. */
function again(first: readonly Slab[], second: readonly Slab[]): number {
  return second.filter(slab => first.includes(slab)).length
}

test('slabs that are given back while others are used are kept up to the larger limit', () => {
  const pool = new SlabPool(1_000, 2_000, 5_000)
  const used = take(pool, 1)
  const first = take(pool, 8)
  for (const slab of first) pool.release(slab)
  expect(again(first, take(pool, 8))).toBe(5)
  expect(again(used, take(pool, 1))).toBe(0)
})

test('when none is used, no more than the smaller limit is kept', () => {
  const pool = new SlabPool(1_000, 2_000, 5_000)
  const first = take(pool, 4)
  for (const slab of first) pool.release(slab)
  expect(again(first, take(pool, 4))).toBe(2)
})

test('a slab that two need is used until both have given it back', () => {
  const pool = new SlabPool(1_000, 0, 5_000)
  const slab = pool.take(1)
  const other = pool.take(1)
  slab.references += 1
  pool.release(other)
  pool.release(slab)
  expect(again([other], take(pool, 1))).toBe(1)
})

test('large ones, and those that a socket may still hold, are not used again', () => {
  const pool = new SlabPool(1_000, 2_000)
  const [kept, held] = take(pool, 2) as [Slab, Slab]
  const large = pool.take(5_000)
  held.reusable = false
  for (const slab of [large, held, kept]) pool.release(slab)
  expect(again([large, held, kept], take(pool, 3))).toBe(1)
})
