import { describe, expect, it } from 'vitest'
import { insert, migrate, range, record, stale, writerOn } from './support/messages.ts'
import { Gate, idsOf, Recorder, readAll } from './support/recorder.ts'
import { TestClock, turn } from './support/test-clock.ts'

// Section 10 of what the Go writer does: order and concurrency.

describe('a change of kind', () => {
  it.each([
    ['insert behind a migration', migrate('a'), insert('a', 1)],
    ['delete stale behind inserts', insert('a', 1), stale('a')],
    ['delete record behind inserts of child tables', insert('child', 1), record('parent')],
    ['insert behind delete stale', stale('a'), insert('a', 1)],
  ])('waits for the handlers of the kind before: %s', async (_, first, second) => {
    const gate = new Gate()
    const client = new Recorder(async (batch, call) => {
      await readAll(batch, call)
      if (call.number === 1) await gate.passed
    })
    const written = writerOn(client).write([first, second])
    await turn()
    expect(client.calls.map(({ kind, messages, state }) => [kind, messages.length, state])).toEqual([
      [first.kind, 1, 'running'],
    ])
    gate.open()
    await written
    expect(client.calls.map(({ kind }) => kind)).toEqual([first.kind, second.kind])
    expect(client.mostRunning).toBe(1)
  })

  it('waits for what is queued too', async () => {
    const gate = new Gate()
    const client = new Recorder(async (batch, call) => {
      await gate.passed
      await readAll(batch, call)
    })
    const written = writerOn(client, { batchSizeRows: 3 }).write([
      ...range(1, 10).map(id => insert('a', id)),
      stale('a'),
    ])
    await turn()
    gate.open()
    await written
    expect(client.calls.map(({ kind, messages }) => [kind, messages.length])).toEqual([
      ['insert', 3],
      ['insert', 3],
      ['insert', 3],
      ['insert', 1],
      ['deleteStale', 1],
    ])
  })

  it('only ends the batches where barrier is close', async () => {
    const gate = new Gate()
    const client = new Recorder(async (batch, call) => {
      await readAll(batch, call)
      if (call.kind === 'migrateTable') await gate.passed
    })
    const written = writerOn(client, { barrier: 'close' }).write([
      migrate('a'),
      insert('a', 1),
      stale('a'),
      insert('a', 2),
    ])
    await turn()
    expect(client.calls.map(({ kind, state }) => [kind, state])).toEqual([
      ['migrateTable', 'running'],
      ['insert', 'returned'],
      ['deleteStale', 'returned'],
      ['insert', 'returned'],
    ])
    gate.open()
    await written
    expect(client.ids()).toEqual([[], [1], [], [2]])
  })

  it('keeps the inserts of both sides in batches of their own where barrier is close and a handler is slow', async () => {
    const gate = new Gate()
    const client = new Recorder(async (batch, call) => {
      if (call.kind === 'insert') await gate.passed
      await readAll(batch, call)
    })
    const written = writerOn(client, { barrier: 'close' }).write([
      insert('a', 1),
      stale('a'),
      insert('a', 2),
      stale('a'),
      insert('a', 3),
    ])
    await turn()
    gate.open()
    await written
    expect(client.ids('a')).toEqual([[1], [2], [3]])
  })
})

it('one handler at a time runs for a table, and its batches are done in order', async () => {
  const done: number[] = []
  const client = new Recorder(async (batch, call) => {
    await readAll(batch, call)
    // Later batches would be faster, if they ran.
    for (let round = 10; round > call.number; round--) await turn()
    done.push(call.number)
  })
  await writerOn(client, { batchSizeRows: 1 }).write(range(1, 8).map(id => insert('a', id)))
  expect(client.mostRunning).toBe(1)
  expect(done).toEqual(range(1, 8))
})

it('more run for a table where that is asked for, never more than that', async () => {
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    await readAll(batch, call)
    await gate.passed
  })
  const written = writerOn(client, { batchSizeRows: 1, maxConcurrentBatchesPerTable: 3 }).write(
    range(1, 9).map(id => insert('a', id)),
  )
  await turn()
  expect(client.ids()).toEqual([[1], [2], [3]])
  gate.open()
  await written
  expect(client.mostRunning).toBe(3)
  expect(client.ids().flat()).toEqual(range(1, 9))
})

it('a slow table does not hold up the others until its own queue is full', async () => {
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    if (batch.table === 'slow') await gate.passed
    await readAll(batch, call)
  })
  const written = writerOn(client, { maxQueuedRowsPerTable: 10 }).write(
    range(1, 20).flatMap(id => [insert('slow', id), insert('fast', id)]),
  )
  await turn()
  // One in the handler's hand and ten in the queue; the twelfth stands in the way.
  expect(client.ids('fast')).toEqual([range(1, 11)])
  gate.open()
  await written
  expect(client.ids('fast').flat()).toEqual(range(1, 20))
  expect(client.ids('slow').flat()).toEqual(range(1, 20))
})

it('a table that is blocked by the bound for all goes on when any other table makes room', async () => {
  const gates = { a: new Gate(), b: new Gate() }
  const client = new Recorder(async (batch, call) => {
    await (batch.table === 'a' ? gates.a : gates.b).passed
    await readAll(batch, call)
  })
  const session = writerOn(client, { maxQueuedRowsPerTable: 4, maxQueuedRows: 6 }).open()
  for (const id of range(1, 5)) session.send(insert('a', id))
  for (const id of range(1, 3)) session.send(insert('b', id))
  const waiting = session.send(insert('b', 4))
  expect(waiting).toBeInstanceOf(Promise)
  await turn()
  gates.a.open()
  await waiting
  gates.b.open()
  await session.close()
  expect(client.ids('a')).toEqual([range(1, 5)])
  expect(client.ids('b')).toEqual([range(1, 4)])
})

describe('a limit on handlers at a time', () => {
  it('is kept, and the oldest open batch makes way for a table that waits', async () => {
    const client = new Recorder()
    const session = writerOn(client, { maxConcurrentBatches: 2 }).open()
    for (const table of ['a', 'b', 'c', 'd', 'a']) {
      await session.send(insert(table, 1))
      await turn()
    }
    expect(client.calls.map(({ table }) => table)).toEqual(['a', 'b', 'c', 'd', 'a'])
    expect(client.running.map(({ table }) => table)).toEqual(['d', 'a'])
    expect(client.reports.map(({ table, reason }) => [table, reason])).toEqual([
      ['a', 'concurrency'],
      ['b', 'concurrency'],
      ['c', 'concurrency'],
    ])
    await session.close()
    expect(client.mostRunning).toBe(2)
  })

  it('ends no batch while nobody waits', async () => {
    const clock = new TestClock()
    const client = new Recorder()
    const session = writerOn(client, { clock, maxConcurrentBatches: 2, batchTimeout: 100 }).open()
    for (const id of range(1, 10)) for (const table of ['a', 'b']) session.send(insert(table, id))
    await turn()
    expect(client.reports).toEqual([])
    await session.close()
    expect(client.ids()).toEqual([range(1, 10), range(1, 10)])
  })

  it('ends no more batches than tables wait, while handlers take their time', async () => {
    const gate = new Gate()
    const client = new Recorder(async (batch, call) => {
      await readAll(batch, call)
      await gate.passed
    })
    const session = writerOn(client, { maxConcurrentBatches: 3 }).open()
    for (const table of ['a', 'b', 'c', 'd']) session.send(insert(table, 1))
    await turn()
    session.send(insert('d', 2))
    for (const table of ['b', 'c']) session.send(insert(table, 2))
    await turn()
    gate.open()
    await session.close()
    expect(client.ids('a')).toEqual([[1]])
    expect(client.ids('b')).toEqual([[1, 2]])
    expect(client.ids('c')).toEqual([[1, 2]])
    expect(client.ids('d')).toEqual([[1, 2]])
  })

  it('lets many tables take turns without losing a row', async () => {
    const client = new Recorder()
    const { tables } = await writerOn(client, { maxConcurrentBatches: 3, maxQueuedRows: 20 }).write(
      range(0, 2000).map(id => insert(`t${(id * 7) % 50}`, id)),
    )
    expect(client.mostRunning).toBe(3)
    for (const table of tables.keys()) {
      const ids = client.calls.filter(call => call.table === table).flatMap(idsOf)
      expect(ids.length).toBe(40)
      expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    }
  })
})

it('the next batch of a table begins while the one before is made durable, where more may run', async () => {
  const read = new Gate()
  const commit = new Gate()
  const client = new Recorder(async (batch, call) => {
    await read.passed
    await readAll(batch, call)
    await commit.passed
  })
  const session = writerOn(client, { batchSizeRows: 2, maxConcurrentBatchesPerTable: 2 }).open()
  for (const id of range(1, 5)) session.send(insert('a', id))
  await turn()
  expect(client.running.length).toBe(1)
  read.open()
  await turn()
  expect(client.ids()).toEqual([
    [1, 2],
    [3, 4],
  ])
  commit.open()
  await session.close()
  expect(client.ids()).toEqual([[1, 2], [3, 4], [5]])
})
