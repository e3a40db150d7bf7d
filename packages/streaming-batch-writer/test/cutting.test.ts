import { describe, expect, it } from 'vitest'
import type { RowFormat } from '../src/index.ts'
import { failureOf, insert, migrate, range, rows, sizedRows, writerOn } from './support/messages.ts'
import { Recorder, type Row, type Rows } from './support/recorder.ts'
import { turn } from './support/test-clock.ts'

// Section 5.1 of what the Go writer does: how inserts are counted and cut, and its three defects.

async function lengths(
  caps: { batchSizeRows?: number; batchSizeBytes?: number },
  ...counts: number[]
): Promise<number[][]> {
  const client = new Recorder()
  let next = 1
  const messages = counts.map(count => {
    const message = insert('a', next, count, 10)
    next += count
    return message
  })
  await writerOn(client, caps).write(messages)
  expect(client.ids().flat()).toEqual(range(1, next - 1))
  return client.calls.map(call => call.messages.map(message => (message.kind === 'insert' ? message.rows.length : 0)))
}

describe('an insert with more rows than a batch has room for', () => {
  it.each([
    [[12], [[5], [5], [2]]],
    [
      [3, 12],
      [[3, 2], [5], [5]],
    ],
    [
      [4, 5],
      [[4, 1], [4]],
    ],
    [
      [3, 13],
      [[3, 2], [5], [5], [1]],
    ],
    [
      [5, 5],
      [[5], [5]],
    ],
    [
      [2, 2, 2],
      [[2, 2, 1], [1]],
    ],
  ])('%j rows with a cap of 5 become %j', async (counts, batches) => {
    expect(await lengths({ batchSizeRows: 5 }, ...counts)).toEqual(batches)
  })

  it.each([
    [[12], [[5], [5], [2]]],
    [
      [3, 12],
      [[3, 2], [5], [5]],
    ],
    [
      [4, 5],
      [[4, 1], [4]],
    ],
    [
      [3, 13],
      [[3, 2], [5], [5], [1]],
    ],
  ])('%j rows of 10 bytes with a cap of 50 bytes become %j', async (counts, batches) => {
    expect(await lengths({ batchSizeBytes: 50 }, ...counts)).toEqual(batches)
  })

  it('is cut by the smaller of the two caps', async () => {
    expect(await lengths({ batchSizeRows: 4, batchSizeBytes: 30 }, 7)).toEqual([[3], [3], [1]])
    expect(await lengths({ batchSizeRows: 2, batchSizeBytes: 30 }, 5)).toEqual([[2], [2], [1]])
  })

  it('fills batches of its own that end at once, and leaves the last one open when more would fit', async () => {
    const client = new Recorder()
    const session = writerOn(client, { batchSizeBytes: 35 }).open()
    session.send(insert('a', 1, 8, 10))
    await turn()
    expect(client.reports.map(({ rows: count }) => count)).toEqual([3, 3])
    expect(client.running.length).toBe(1)
    await session.close()
  })

  it('ends the batch of its last rows too when no further one of them would fit', async () => {
    const client = new Recorder()
    const session = writerOn(client, { batchSizeBytes: 35 }).open()
    session.send(insert('a', 1, 6, 10))
    await turn()
    expect(client.ids()).toEqual([range(1, 3), range(4, 3)])
    expect(client.running).toEqual([])
    await session.close()
  })

  it('joins the open batch as a whole when it fits, and leaves it open below the cap', async () => {
    const client = new Recorder()
    const session = writerOn(client, { batchSizeBytes: 35 }).open()
    session.send(insert('a', 1, 3, 10))
    await turn()
    expect(client.running.length).toBe(1)
    await session.close()
  })

  it('leaves no part behind in the batch before when not even one row fits', async () => {
    expect(await lengths({ batchSizeBytes: 15 }, 1, 1)).toEqual([[1], [1]])
  })
})

it('keeps what an insert says beside its rows in each of its parts', async () => {
  const client = new Recorder()
  await writerOn(client, { batchSizeRows: 2 }).write([insert('a', 1, 3)])
  expect(client.calls.flatMap(call => call.messages)).toEqual([
    { kind: 'insert', table: 'a', rows: rows(1, 2) },
    { kind: 'insert', table: 'a', rows: rows(3, 1) },
  ])
})

it('cuts at real row boundaries: a skewed insert stays under the cap', async () => {
  // Go cuts by the average: ten rows of which one has 10 kB, a cap of 3000, and the first batch is three times too large.
  const skewed: Row[] = [{ id: 1, size: 2500 }, ...rows(2, 9, 600)]
  const client = new Recorder()
  await writerOn(client, { batchSizeBytes: 3000 }).write([{ kind: 'insert', table: 'a', rows: skewed }])
  expect(client.ids()).toEqual([[1], range(2, 5), range(7, 4)])
  expect(Math.max(...client.reports.map(({ bytes }) => bytes))).toBeLessThanOrEqual(3000)
})

it('counts and cuts with a format that has only the three needed methods', async () => {
  const { count, bytes, slice } = sizedRows
  const plain: RowFormat<Rows> = { count, bytes, slice }
  for (const format of [sizedRows, plain]) {
    const client = new Recorder()
    const mixed = range(1, 100).map(id => ({ id, size: (id * 7) % 23 }))
    await writerOn(client, { rows: format, batchSizeBytes: 60 }).write([{ kind: 'insert', table: 'a', rows: mixed }])
    expect(client.ids().flat()).toEqual(range(1, 100))
    expect(client.ids().slice(0, 4)).toEqual([range(1, 5), range(6, 6), range(12, 4), range(16, 5)])
  }
})

describe('defects that ours does not have', () => {
  it('a row larger than the cap is delivered alone and once', async () => {
    const client = new Recorder()
    await writerOn(client, { batchSizeBytes: 50 }).write([insert('a', 1, 3, 60)])
    expect(client.ids()).toEqual([[1], [2], [3]])
  })

  it('a row larger than the cap ends the batch before it, and stands between its neighbours', async () => {
    const client = new Recorder()
    const mixed: Row[] = [...rows(1, 2, 10), { id: 3, size: 99 }, ...rows(4, 2, 10)]
    await writerOn(client, { batchSizeBytes: 50 }).write([
      { kind: 'insert', table: 'a', rows: mixed },
      insert('a', 6, 1, 10),
    ])
    expect(client.ids()).toEqual([[1, 2], [3], [4, 5, 6]])
  })

  it('a record of no bytes at all does not divide by zero', async () => {
    const client = new Recorder()
    await writerOn(client, { batchSizeBytes: 5 * 1024 * 1024 }).write([insert('a', 1, 1000, 0)])
    expect(client.ids()).toEqual([range(1, 1000)])
  })

  it('a slice is not charged for what it was cut from', async () => {
    const whole = rows(1, 1000, 100)
    const client = new Recorder()
    const single = range(0, 1000).map(from => ({
      kind: 'insert' as const,
      table: 'a',
      rows: sizedRows.slice(whole, from, from + 1),
    }))
    await writerOn(client, { batchSizeBytes: 1000 * 100 + 1 }).write(single)
    expect(client.ids()).toEqual([range(1, 1000)])
  })
})

it('refuses a message with a row larger than the cap where that is asked for, and goes on', async () => {
  const client = new Recorder()
  const failed = writerOn(client, { batchSizeBytes: 50, onOversize: 'error' }).write([
    insert('a', 1, 9, 10),
    {
      kind: 'insert',
      table: 'a',
      rows: [
        { id: 10, size: 1 },
        { id: 11, size: 51 },
      ],
    },
    insert('a', 12, 1, 50),
    migrate('a'),
  ])
  const error = await failureOf(failed)
  expect(error.errors.map(({ code, table, index }) => [code, table, index])).toEqual([['ROW_TOO_LARGE', 'a', 1]])
  expect(error.errors[0]?.message).toContain('row 1 ')
  expect(client.ids('a').flat()).toEqual([...range(1, 9), 12])
  expect(error.summary).toMatchObject({ messages: 3, invalid: 1 })
})
