import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemorySegmentStorage } from '../../src/storage/memory-segment-storage.ts'
import type { StoredEntry, StoredPage, StoredTable, TableChange } from '../../src/storage/segment-storage.ts'

const bytes = (text: string) => Buffer.from(text)
const plain = ({ key, value, version }: StoredEntry) => [
  Buffer.from(key).toString(),
  Buffer.from(value).toString(),
  version,
]

const ALL = { count: 1000, bytes: 1_000_000, sizeOf: () => 1, values: true }
const plainPage = async (page: StoredPage | Promise<StoredPage>) => (await page).entries.map(plain)

function newTable(keyLength: number): StoredTable {
  return new MemorySegmentStorage().createTable('table', { keyLength, attributes: [] })
}

const change = fc.record({
  key: fc.nat(40).map(number => `k${String(number).padStart(3, '0')}`),
  value: fc.option(fc.string({ maxLength: 5 }), { nil: undefined }),
})

test.each([0, 4])('with key length %i is a map with versions that only grow', async keyLength => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 80 }), async batches => {
      const table = newTable(keyLength)
      const model = new Map<string, readonly [string, string, bigint]>()
      let length = 0n
      for (const batch of batches) {
        const versions = table.apply(
          batch.map<TableChange>(({ key, value }) => ({
            key: bytes(key),
            value: value === undefined ? undefined : bytes(value),
          })),
        )
        batch.forEach(({ key, value }, index) => {
          expect(versions[index]).toBe(length)
          if (value === undefined) {
            model.delete(key)
            if (keyLength === 0) length += BigInt(17 + bytes(key).byteLength)
          } else {
            model.set(key, [key, value, length])
            length += BigInt(17 + bytes(key).byteLength + bytes(value).byteLength)
          }
        })
      }
      expect([table.length, table.entryCount]).toEqual([length, model.size])
      for (const [key, expected] of model) {
        const entry = table.get(bytes(key))
        expect(entry === undefined ? undefined : plain(entry)).toEqual(expected)
      }
      const byVersion = [...model.values()].sort((a, b) => (a[2] < b[2] ? -1 : 1))
      expect(await plainPage(table.changedSince(0n, ALL))).toEqual(byVersion)
      const middle = length / 2n
      expect(await plainPage(table.changedSince(middle, ALL))).toEqual(byVersion.filter(entry => entry[2] >= middle))
      const seen = await plainPage(table.entries({}, ALL))
      expect(seen).toHaveLength(model.size)
      expect(new Map(seen.map(entry => [entry[0], entry]))).toEqual(model)
      if (keyLength > 0) expect(seen.map(entry => entry[0])).toEqual([...model.keys()].sort())
    }),
    { numRuns: 60 },
  )
})

test('keeps copies of what it is given', async () => {
  const table = newTable(0)
  const [key, value] = [bytes('key'), bytes('value')]
  table.apply([{ key, value }])
  value.fill(0)
  key.fill(0)
  expect(await plainPage(table.entries({}, ALL))).toEqual([['key', 'value', 0n]])
})
