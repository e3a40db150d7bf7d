import { ReaderPosition } from '@pravega-ts/client'
import { expect, it } from 'vitest'
import { advanced, furthest } from '../src/positions.ts'

const A = 'shop/orders/0.#epoch.0'
const B = 'shop/orders/1.#epoch.0'
const C = 'shop/orders/2.#epoch.0'

it('goes on where the worker has written down that it is', () => {
  const done = new ReaderPosition([
    [A, 100n],
    [B, 50n],
  ])
  const recorded = new Map([
    [A, 40n],
    [B, 50n],
  ])
  expect(furthest(recorded, done).equals(done)).toBe(true)
})

it('never goes back in a segment that others have read on in meanwhile', () => {
  const done = new ReaderPosition([[A, 100n]])
  expect([...furthest(new Map([[A, 200n]]), done).segments]).toEqual([[A, 200n]])
})

it('leaves segments alone that the reader does not own, and those of which it has written nothing down', () => {
  const done = new ReaderPosition([[A, 100n]])
  expect([...furthest(new Map([[C, 7n]]), done).segments]).toEqual([[C, 7n]])
})

it('takes the end of a segment for further on than any offset', () => {
  const recorded = new Map([
    [A, -1n],
    [B, 10n],
  ])
  const done = new ReaderPosition([
    [A, 100n],
    [B, -1n],
  ])
  expect([...furthest(recorded, done).segments]).toEqual([
    [A, -1n],
    [B, -1n],
  ])
})

it('advances one segment', () => {
  const before = new ReaderPosition([
    [A, 1n],
    [B, 2n],
  ])
  expect([...advanced(before, A, 9n).segments]).toEqual([
    [A, 9n],
    [B, 2n],
  ])
})
