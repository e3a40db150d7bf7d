import { describe, expect, it } from 'vitest'
import { dummyHandler } from '../src/handlers.ts'
import { byteRows, objectRows, StreamingBatchWriter, sizeOfValue, type TableBatch } from '../src/index.ts'

describe('the size of a value', () => {
  it.each([
    ['text in UTF-8', 'grüße', 7],
    ['a number', 1.5, 8],
    ['a big integer', 5n, 8],
    ['a truth value', true, 1],
    ['a date', new Date(), 8],
    ['nothing', null, 0],
    ['what is not there', undefined, 0],
    ['bytes', new Uint8Array(100).subarray(10, 30), 20],
    ['a buffer', new ArrayBuffer(12), 12],
    ['an array', ['ab', 1, null], 10],
    ['an object, without the names', { id: 1, name: 'four', tags: ['x', 'yz'], at: { deep: true } }, 16],
  ])('of %s', (_, value, bytes) => {
    expect(sizeOfValue(value)).toBe(bytes)
  })
})

it('a row is never free', () => {
  expect(objectRows.bytes([{}, {}, { id: 1 }], 0, 3)).toBe(10)
  expect(byteRows.bytes([new Uint8Array(0), new Uint8Array(5)], 0, 2)).toBe(6)
})

it('events go through as bytes, in parts where the caps ask for it', async () => {
  const events = Array.from({ length: 7 }, (_, index) => new Uint8Array(10).fill(index))
  const batches: Uint8Array[][] = []
  const writer = new StreamingBatchWriter<readonly Uint8Array[]>(
    {
      migrateTable: dummyHandler,
      deleteStale: dummyHandler,
      async writeTable(batch: TableBatch<readonly Uint8Array[]>) {
        const batched: Uint8Array[] = []
        for await (const { rows } of batch) batched.push(...rows)
        batches.push(batched)
      },
    },
    { rows: byteRows, batchSizeBytes: 30 },
  )
  await writer.write([{ kind: 'insert', table: 'events', rows: events }])
  expect(batches.map(batch => batch.length)).toEqual([3, 3, 1])
  for (const [index, event] of batches.flat().entries()) expect(event).toBe(events[index])
})

it('what is no array of bytes is refused', () => {
  expect(() => byteRows.bytes(['text'] as unknown as Uint8Array[], 0, 1)).toThrow('give events as Uint8Array')
})
