import { describe, expect, it } from 'vitest'
import {
  BatchWriterError,
  byteRows,
  dummyHandler,
  type RowFormat,
  StreamingBatchWriter,
  type StreamingBatchWriterOptions,
  WriteError,
  type WriteInput,
} from '../src/index.ts'
import { failureOf, insert, migrate, rows, sizedRows, writerOn } from './support/messages.ts'
import { type Message, Recorder, type Rows } from './support/recorder.ts'

// Section 11 of what the Go writer does: bad input, which ends its process.

const CLIENT = { migrateTable: dummyHandler, writeTable: dummyHandler, deleteStale: dummyHandler }

describe.each([
  ['nothing', undefined, 'it is undefined'],
  ['null', null, 'it is null'],
  ['a text', 'insert', 'it is string'],
  ['an unknown kind', { kind: 'upsert', table: 'a' }, 'its kind is upsert'],
  ['no kind', { table: 'a' }, 'its kind is undefined'],
  ['no table', { kind: 'insert', rows: [] }, 'table is undefined'],
  ['an insert without rows', { kind: 'insert', table: 'a' }, 'rows is undefined'],
  ['rows the format does not know', { kind: 'insert', table: 'a', rows: 'x' }, 'rows is string'],
  ['a migration without a schema', { kind: 'migrateTable', table: 'a' }, 'give schema.columns'],
  ['delete stale without a time', { kind: 'deleteStale', table: 'a', source: 's' }, 'give a Date'],
  ['delete record without conditions', { kind: 'deleteRecord', table: 'a' }, 'predicate groups'],
])('%s as a message', (_, bad, why) => {
  it('is refused with its index, and the rest goes on', async () => {
    const client = new Recorder()
    const error = await failureOf(writerOn(client).write([insert('a', 1), bad as Message, insert('a', 2)]))
    expect(error.errors.map(({ code, index }) => [code, index])).toEqual([['INVALID_MESSAGE', 1]])
    expect(error.errors[0]?.message).toContain('message 1 was not taken')
    expect(error.errors[0]?.message).toContain(why)
    expect(client.ids()).toEqual([[1, 2]])
    expect(error.summary).toMatchObject({ messages: 2, invalid: 1 })
  })

  it('is refused by send, and the session goes on', async () => {
    const client = new Recorder()
    const session = writerOn(client).open()
    await expect(session.send(bad as Message)).rejects.toMatchObject({ code: 'INVALID_MESSAGE', details: { index: 0 } })
    await expect(session.send([insert('a', 1), bad as Message, insert('a', 2)])).rejects.toMatchObject({
      details: { index: 2 },
    })
    expect((await failureOf(session.close())).errors.length).toBe(2)
    expect(client.ids()).toEqual([[1, 2]])
  })

  it('stops the write with onError stop', async () => {
    const client = new Recorder()
    const error = await failureOf(
      writerOn(client, { onError: 'stop' }).write([bad as Message, insert('a', 1), insert('a', 2)]),
    )
    expect(error.code).toBe('STOPPED')
    expect(error.errors.length).toBe(1)
    expect(client.calls).toEqual([])
  })
})

it('no end of bad messages takes no end of memory', async () => {
  const bad = Array.from({ length: 2500 }, () => ({}) as Message)
  const error = await failureOf(writerOn(new Recorder()).write(bad))
  expect([error.errors.length, error.omitted, error.summary.invalid]).toEqual([1000, 1500, 2500])
})

it.each([[undefined], [null], ['text'], [7], [{}]])('%j is no input', async bad => {
  const writer = new StreamingBatchWriter(CLIENT)
  await expect(writer.write(bad as unknown as WriteInput<readonly object[]>)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
  await writer.write([])
})

describe('a row format that throws or counts wrong', () => {
  const broken = (change: Partial<RowFormat<Rows>>): RowFormat<Rows> => ({ ...sizedRows, ...change })

  it.each([
    ['NaN rows', { count: () => Number.NaN }],
    ['less than no rows', { count: () => -1 }],
    ['NaN bytes', { bytes: () => Number.NaN }],
  ])('%s are refused', async (_, change) => {
    const error = await failureOf(writerOn(new Recorder(), { rows: broken(change) }).write([insert('a', 1)]))
    expect(error.errors.map(({ code }) => code)).toEqual(['INVALID_MESSAGE'])
  })

  it('when it cuts the first insert of a batch: the table fails, nothing else', async () => {
    const client = new Recorder()
    const slice = (record: Rows): Rows => {
      if (record[0]?.id === 1) throw new Error('no knife')
      return record
    }
    const error = await failureOf(
      writerOn(client, { rows: broken({ slice }), batchSizeRows: 2 }).write([
        insert('a', 1, 3),
        insert('b', 5),
        migrate('a'),
      ]),
    )
    expect(error.errors.map(({ code, table }) => [code, table])).toEqual([['INVALID_MESSAGE', 'a']])
    expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 0, dropped: 3 })
    expect(client.ids()).toEqual([[5], []])
  })

  it('when it cuts a later insert: the loop of the handler throws, and the table fails though the handler hides it', async () => {
    const client = new Recorder(async (batch, call) => {
      try {
        for await (const message of batch) call.messages.push(message)
      } catch (error) {
        call.broken = error
      }
    })
    const slice = (): Rows => {
      throw new Error('no knife')
    }
    const error = await failureOf(
      writerOn(client, { rows: broken({ slice }), batchSizeRows: 2 }).write([insert('a', 1), insert('a', 2, 2)]),
    )
    expect(client.calls[0]?.broken).toMatchObject({ message: 'no knife' })
    expect(error.errors.map(({ code, batch }) => [code, batch])).toEqual([['INVALID_MESSAGE', 1]])
    expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 1, dropped: 2 })
  })

  it('an insert that never gets shorter still comes to an end', async () => {
    const client = new Recorder()
    const odd = broken({ fit: () => -5, bytes: (record, from, to) => (to - from) * (record[0]?.size ?? 1) })
    await writerOn(client, { rows: odd, batchSizeBytes: 10 }).write([
      { kind: 'insert', table: 'a', rows: rows(1, 4, 4) },
    ])
    expect(client.ids()).toEqual([[1], [2], [3, 4]])
  })
})

describe('a client', () => {
  it.each([
    [undefined],
    [null],
    [{}],
    [{ migrateTable: dummyHandler, writeTable: dummyHandler }],
    [{ ...CLIENT, deleteRecords: true }],
  ])('%j is refused when the writer is made', client => {
    expect(() => new StreamingBatchWriter(client as unknown as typeof CLIENT)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})

describe('options', () => {
  it.each([
    [{ batchSizeRows: -1 }, 'batchSizeRows is -1'],
    [{ batchSizeRows: 1.5 }, 'batchSizeRows is 1.5'],
    [{ batchSizeBytes: Number.NaN }, 'batchSizeBytes is NaN'],
    [{ batchTimeout: -1 }, 'batchTimeout is -1'],
    [{ batchTimeout: '20s' }, 'batchTimeout is 20s'],
    [{ maxConcurrentBatches: -3 }, 'maxConcurrentBatches is -3'],
    [{ onError: 'ignore' }, "onError is ignore; give 'continue' or 'stop'"],
    [{ barrier: 'none' }, 'barrier is none'],
    [{ onOversize: 'cut' }, 'onOversize is cut'],
  ])('%j are refused, by name and value', (options, message) => {
    const make = () => new StreamingBatchWriter(CLIENT, options as StreamingBatchWriterOptions<readonly object[]>)
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(make).toThrow(message)
  })

  it('of 0 and Infinity are no limit', async () => {
    for (const none of [0, Number.POSITIVE_INFINITY]) {
      const client = new Recorder()
      await writerOn(client, {
        batchTimeout: none,
        batchSizeRows: none,
        batchSizeBytes: none,
        maxConcurrentBatches: none,
        maxQueuedRows: none,
        maxQueuedBytes: none,
        maxQueuedRowsPerTable: none,
        maxQueuedBytesPerTable: none,
      }).write([insert('a', 1, 20_000, 1000)])
      expect(client.calls.length).toBe(1)
    }
  })
})

it('errors are told apart by code, also those of another copy of the package', async () => {
  const error = await failureOf(new StreamingBatchWriter(CLIENT, { rows: byteRows as never }).write([insert('a', 1)]))
  expect(error).toBeInstanceOf(WriteError)
  expect(error).toBeInstanceOf(AggregateError)
  expect(BatchWriterError.is(error)).toBe(true)
  expect(BatchWriterError.is(error, 'WRITE_FAILED')).toBe(true)
  expect(BatchWriterError.is(error, 'ABORTED')).toBe(false)
  expect(BatchWriterError.is(new Error('other'))).toBe(false)
  expect(String(error)).toMatch(/^WriteError \[WRITE_FAILED\]: /)
  expect(String(error.errors[0])).toMatch(/^BatchFailure \[INVALID_MESSAGE\]: message 0 was not taken/)
  expect(error.message).toContain('1 messages were refused')
})
