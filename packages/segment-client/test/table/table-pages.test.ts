import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyAfter, type PageStart, pages } from '../../src/table/table-pages.ts'

async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of iterable) items.push(item)
  return items
}

describe('pages', () => {
  it('of keys of any length follow the token until a page is empty', async () => {
    const stored = ['a', 'b', 'c', 'd', 'e'].map(key => ({ key: Buffer.from(key) }))
    const starts: number[] = []
    const next = async ({ token }: PageStart): Promise<{ items: typeof stored; token: Uint8Array }> => {
      const from = token[0] ?? 0
      starts.push(from)
      const items = stored.slice(from, from + 2)
      return { items, token: items.length === 0 ? new Uint8Array(0) : Uint8Array.of(from + 2) }
    }
    expect(await all(pages(0, undefined, undefined, next))).toEqual(stored)
    expect(starts).toEqual([0, 2, 4, 6])
  })

  it('of keys of one length go on behind the last key, without a token, up to the end of the range', async () => {
    const keys = fc.uniqueArray(fc.uint8Array({ minLength: 2, maxLength: 2 }), {
      maxLength: 30,
      comparator: (a, b) => Buffer.compare(a, b) === 0,
    })
    const bound = fc.option(fc.uint8Array({ minLength: 2, maxLength: 2 }), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(keys, bound, bound, fc.integer({ min: 1, max: 7 }), async (unsorted, from, to, size) => {
        const stored = unsorted.toSorted(Buffer.compare).map(key => ({ key }))
        const within = (key: Uint8Array, low: Uint8Array, high: Uint8Array): boolean =>
          (low.length === 0 || Buffer.compare(key, low) >= 0) && (high.length === 0 || Buffer.compare(key, high) <= 0)
        const next = async (start: PageStart): Promise<{ items: typeof stored; token: Uint8Array }> => {
          expect(start.token).toHaveLength(0)
          const items = stored.filter(({ key }) => within(key, start.from, start.to)).slice(0, size)
          return { items, token: Uint8Array.of(1) }
        }
        const none = new Uint8Array(0)
        const expected = stored.filter(({ key }) => within(key, from ?? none, to ?? none))
        expect(await all(pages(2, from, to, next))).toEqual(expected)
      }),
    )
  })

  it.each([
    [
      [0, 0],
      [0, 1],
    ],
    [
      [0, 255],
      [1, 0],
    ],
    [
      [255, 254],
      [255, 255],
    ],
    [[255, 255], undefined],
  ])('the key behind %j is %j', (key, after) => {
    expect(keyAfter(Uint8Array.from(key))).toEqual(after && Uint8Array.from(after))
  })
})
