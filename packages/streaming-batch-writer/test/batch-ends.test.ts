import { describe, expect, it } from 'vitest'
import { insert, migrate, range, sizedRows, stale, writerOn } from './support/messages.ts'
import { Gate, Recorder, readAll } from './support/recorder.ts'
import { TestClock, turn } from './support/test-clock.ts'

// Sections 5 and 7 of what the Go writer does: when a batch ends.

const ends = ({ reports }: Recorder) => reports.map(({ table, rows, reason }) => [table, rows, reason])

describe('rows', () => {
  it('end a batch at once, not with the next message', async () => {
    const client = new Recorder()
    const session = writerOn(client, { batchSizeRows: 2 }).open()
    session.send(insert('a', 1))
    session.send(insert('a', 2))
    await turn()
    expect(ends(client)).toEqual([['a', 2, 'rows']])
    await session.close()
    expect(client.calls.length).toBe(1)
  })

  it('are counted as rows, not as messages', async () => {
    const client = new Recorder()
    await writerOn(client, { batchSizeRows: 10 }).write([insert('a', 1, 9), insert('a', 10), insert('a', 11)])
    expect(client.ids()).toEqual([range(1, 10), [11]])
  })

  it('of migrations and deletions are one a message', async () => {
    const client = new Recorder()
    await writerOn(client, { batchSizeRows: 2 }).write([migrate('a'), migrate('b'), migrate('c'), stale('a')])
    expect(client.calls.map(({ kind, messages }) => [kind, messages.length])).toEqual([
      ['migrateTable', 2],
      ['migrateTable', 1],
      ['deleteStale', 1],
    ])
  })
})

describe('bytes', () => {
  it('end a batch at once when they reach the cap exactly', async () => {
    const client = new Recorder()
    const session = writerOn(client, { batchSizeBytes: 30 }).open()
    for (const id of [1, 2, 3]) session.send(insert('a', id, 1, 10))
    await turn()
    expect(ends(client)).toEqual([['a', 3, 'bytes']])
    await session.close()
  })

  it('end a batch before a message that does not fit', async () => {
    const client = new Recorder()
    await writerOn(client, { batchSizeBytes: 30 }).write([1, 2, 3, 4].map(id => insert('a', id, 1, 14)))
    expect(client.ids()).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('are at least one a row, so that rows without content end a batch too', async () => {
    const client = new Recorder()
    await writerOn(client, { batchSizeBytes: 4 }).write([insert('a', 1, 10, 0)])
    expect(client.ids()).toEqual([range(1, 4), range(5, 4), [9, 10]])
    const free = new Recorder()
    const format = { ...sizedRows, bytes: () => 0 }
    await writerOn(free, { rows: format, batchSizeBytes: 4 }).write(range(1, 10).map(id => insert('a', id)))
    expect(free.ids()).toEqual([range(1, 4), range(5, 4), [9, 10]])
  })
})

describe('a message of another kind', () => {
  it('ends every open batch, whatever its table', async () => {
    const client = new Recorder()
    await writerOn(client).write([insert('a', 1), insert('b', 2), stale('c'), insert('a', 3)])
    expect(ends(client)).toEqual([
      ['a', 1, 'kind'],
      ['b', 1, 'kind'],
      [undefined, 1, 'kind'],
      ['a', 1, 'end'],
    ])
  })

  it('is not needed for another table: both batches stay open', async () => {
    const client = new Recorder()
    const session = writerOn(client).open()
    for (const [index, table] of ['a', 'b', 'a', 'b'].entries()) session.send(insert(table, index))
    await turn()
    expect(client.running.map(({ table }) => table)).toEqual(['a', 'b'])
    await session.close()
  })
})

it('the end of the input ends all batches together', async () => {
  const client = new Recorder()
  const session = writerOn(client).open()
  for (const table of ['a', 'b', 'c']) session.send(insert(table, 1))
  await turn()
  expect(client.running.length).toBe(3)
  await session.close()
  expect(ends(client)).toEqual([
    ['a', 1, 'end'],
    ['b', 1, 'end'],
    ['c', 1, 'end'],
  ])
})

it('flush ends all batches, and waits for their handlers', async () => {
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    await readAll(batch, call)
    await gate.passed
  })
  const session = writerOn(client).open()
  session.send(insert('a', 1))
  session.send(insert('b', 2))
  let flushed = false
  const flushing = session.flush().then(() => {
    flushed = true
  })
  await turn()
  expect(client.ids()).toEqual([[1], [2]])
  expect(flushed).toBe(false)
  gate.open()
  await flushing
  expect(ends(client)).toEqual([
    ['a', 1, 'flush'],
    ['b', 1, 'flush'],
  ])
  session.send(insert('a', 3))
  await session.close()
  expect(client.ids()).toEqual([[1], [2], [3]])
})

it('flush covers messages that still wait in line, and none that come later', async () => {
  const client = new Recorder()
  const session = writerOn(client, { maxQueuedRowsPerTable: 1 }).open()
  for (const id of range(1, 20)) session.send(insert('a', id))
  const flushing = session.flush()
  for (const id of range(21, 5)) session.send(insert('a', id))
  await flushing
  expect(client.ids()[0]).toEqual(range(1, 20))
  await session.close()
  expect(client.ids()[1]).toEqual(range(21, 5))
})

describe('time', () => {
  it('is up for a batch when it has lasted the timeout since its first message', async () => {
    const clock = new TestClock()
    const client = new Recorder()
    const session = writerOn(client, { clock, batchTimeout: 200 }).open()
    session.send(insert('a', 1))
    await clock.pass(199)
    expect(ends(client)).toEqual([])
    await clock.pass(1)
    expect(ends(client)).toEqual([['a', 1, 'timeout']])
    // The Go writer's ticker ran on: a message at 350 had only 50 ms.
    await clock.pass(150)
    session.send(insert('a', 2))
    await clock.pass(199)
    expect(client.running.length).toBe(1)
    await clock.pass(1)
    expect(client.ids()).toEqual([[1], [2]])
    await session.close()
  })

  it('is not put off by messages that trickle in', async () => {
    const clock = new TestClock()
    const client = new Recorder()
    const session = writerOn(client, { clock, batchTimeout: 200 }).open()
    for (const id of range(0, 10)) {
      session.send(insert('a', id))
      await clock.pass(50)
    }
    await session.close()
    expect(client.ids()).toEqual([range(0, 4), range(4, 4), range(8, 2)])
  })

  it('does nothing to a table without an open batch, and needs no timer then', async () => {
    const clock = new TestClock()
    const client = new Recorder()
    const session = writerOn(client, { clock, batchTimeout: 200, batchSizeRows: 2 }).open()
    expect(clock.pending).toBe(0)
    session.send(insert('a', 1))
    expect(clock.pending).toBe(1)
    session.send(insert('b', 1))
    expect(clock.pending).toBe(1)
    session.send(insert('a', 2))
    session.send(insert('b', 2))
    await turn()
    expect(clock.pending).toBe(0)
    await clock.pass(1000)
    expect(client.calls.length).toBe(2)
    await session.close()
  })

  it('is kept for each table by itself', async () => {
    const clock = new TestClock()
    const client = new Recorder()
    const session = writerOn(client, { clock, batchTimeout: 200 }).open()
    session.send(insert('a', 1))
    await clock.pass(120)
    session.send(insert('b', 2))
    await clock.pass(80)
    expect(ends(client)).toEqual([['a', 1, 'timeout']])
    await clock.pass(120)
    expect(ends(client)).toEqual([
      ['a', 1, 'timeout'],
      ['b', 1, 'timeout'],
    ])
    await session.close()
  })

  it('is up while a handler is slow to take: what had come by then is in the batch, nothing later', async () => {
    const clock = new TestClock()
    const gate = new Gate()
    const client = new Recorder(async (batch, call) => {
      await gate.passed
      await readAll(batch, call)
    })
    const session = writerOn(client, { clock, batchTimeout: 200 }).open()
    for (const id of [1, 2]) session.send(insert('a', id))
    await clock.pass(200)
    session.send(insert('a', 3))
    gate.open()
    await session.close()
    expect(client.ids()).toEqual([[1, 2], [3]])
    expect(client.reports.map(({ reason }) => reason)).toEqual(['timeout', 'end'])
  })

  it('is no limit at 0, and at more milliseconds than a timer can hold', async () => {
    for (const batchTimeout of [0, Number.POSITIVE_INFINITY, 1e12]) {
      const clock = new TestClock()
      const client = new Recorder()
      const session = writerOn(client, { clock, batchTimeout }).open()
      session.send(insert('a', 1))
      await clock.pass(2 ** 31 * 3)
      expect(client.running.length).toBe(1)
      await session.close()
      expect(clock.pending).toBe(0)
    }
  })
})

it('a batch whose end is decided is not ended again by its time', async () => {
  const clock = new TestClock()
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    await gate.passed
    await readAll(batch, call)
  })
  const session = writerOn(client, { clock, batchTimeout: 200 }).open()
  session.send(insert('a', 1))
  await turn()
  session.send(insert('a', 2))
  const flushing = session.flush()
  session.send(insert('a', 3))
  await clock.pass(200)
  session.send(insert('a', 4))
  gate.open()
  await flushing
  await session.close()
  expect(client.ids()).toEqual([
    [1, 2],
    [3, 4],
  ])
})

it('the time of a batch whose handler returned early ends no other batch, and needs no timer', async () => {
  const clock = new TestClock()
  const client = new Recorder(async (batch, call) => {
    if (call.number > 1) return readAll(batch, call)
    call.messages.push((await batch[Symbol.asyncIterator]().next()).value ?? migrate('nothing'))
  })
  const session = writerOn(client, { clock, batchTimeout: 200 }).open()
  session.send(insert('a', 1))
  await clock.pass(150)
  expect(clock.pending).toBe(0)
  session.send(insert('a', 2))
  await clock.pass(100)
  session.send(insert('a', 3))
  await session.close()
  expect(client.ids()).toEqual([[1], [2, 3]])
})
