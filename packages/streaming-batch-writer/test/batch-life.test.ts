import { expect, it } from 'vitest'
import { StreamingBatchWriter } from '../src/index.ts'
import { insert, migrate, range, record, rows, sizedRows, stale, writerOn } from './support/messages.ts'
import { Gate, idsOf, type Message, Recorder, type Rows, readAll } from './support/recorder.ts'
import { TestClock, turn } from './support/test-clock.ts'

// Sections 3 and 4 of what the Go writer does: messages, and the life of a worker.

it('calls no handler before there is something for it to do', async () => {
  const client = new Recorder()
  const session = writerOn(client).open()
  await turn()
  expect(client.calls).toEqual([])
  session.send(insert('a', 1))
  await turn()
  expect(client.calls.map(({ kind, table }) => [kind, table])).toEqual([['insert', 'a']])
  await session.close()
})

it('has the first message at hand when a handler is called, and gives it in the loop too', async () => {
  let first: Message | undefined
  const client = new Recorder(async (batch, call) => {
    first = batch.first
    await readAll(batch, call)
  })
  const message = insert('a', 1)
  await writerOn(client).write([message, insert('a', 2)])
  expect(first).toBe(message)
  expect(client.ids()).toEqual([[1, 2]])
})

it('hands messages over while they arrive, without waiting for a full batch', async () => {
  const client = new Recorder()
  const session = writerOn(client).open()
  for (const id of [1, 2, 3]) {
    session.send(insert('a', id))
    await turn()
    expect(client.ids()).toEqual([range(1, id)])
    expect(client.running.length).toBe(1)
  }
  await session.close()
})

it('gives each table a batch of its own, and lets them take turns', async () => {
  const client = new Recorder()
  await writerOn(client).write([insert('a', 1), insert('b', 2), insert('a', 3), insert('b', 4)])
  expect(client.ids('a')).toEqual([[1, 3]])
  expect(client.ids('b')).toEqual([[2, 4]])
  expect(client.mostRunning).toBe(2)
})

it('gives the other kinds one batch for all tables', async () => {
  const client = new Recorder()
  await writerOn(client).write([migrate('a'), migrate('b'), stale('a'), stale('b'), record('a'), record('b')])
  expect(
    client.calls.map(({ kind, table, messages }) => [kind, table, messages.map(message => message.table)]),
  ).toEqual([
    ['migrateTable', undefined, ['a', 'b']],
    ['deleteStale', undefined, ['a', 'b']],
    ['deleteRecord', undefined, ['a', 'b']],
  ])
})

it('counts the batches of a write from 1', async () => {
  const client = new Recorder()
  const writer = writerOn(client)
  for (const _ of [1, 2]) await writer.write([migrate('a'), insert('a', 1), insert('b', 1)])
  expect(client.calls.map(({ number }) => number)).toEqual([1, 2, 3, 1, 2, 3])
})

it('hands over the very objects that were sent, as long as nothing is cut', async () => {
  const client = new Recorder()
  const messages = [migrate('a'), insert('a', 1, 3), stale('a'), record('a')]
  await writerOn(client).write(messages)
  const handed = client.calls.flatMap(call => call.messages)
  expect(handed.length).toBe(4)
  for (const [index, message] of messages.entries()) expect(handed[index]).toBe(message)
})

it('takes the empty table name as a table of its own', async () => {
  const client = new Recorder()
  await writerOn(client).write([insert('', 1), insert('a', 2), insert('', 3)])
  expect(client.ids('')).toEqual([[1, 3]])
})

it('keeps a batch open when rows of another shape come for its table', async () => {
  const client = new Recorder()
  const other = { kind: 'insert', table: 'a', rows: [{ id: 2, name: 'x' }] } as const
  await writerOn(client).write([insert('a', 1), other])
  expect(client.calls.map(call => call.messages.length)).toEqual([2])
  expect(client.calls[0]?.messages[1]).toBe(other)
})

it('counts an insert without a row and drops it', async () => {
  const client = new Recorder()
  const summary = await writerOn(client).write([insert('a', 1, 0), insert('b', 1), insert('b', 2, 0)])
  expect(client.calls.map(({ table }) => table)).toEqual(['b'])
  expect(summary).toMatchObject({ messages: 3, empty: 2, batches: 1 })
  expect(summary.tables.has('a')).toBe(false)
})

it('gives what is queued in arrays to a handler that wants it so', async () => {
  const sizes: number[] = []
  const client = new Recorder(async (batch, call) => {
    for await (const chunk of batch.chunks()) {
      sizes.push(chunk.length)
      call.messages.push(...chunk)
    }
  })
  const session = writerOn(client).open()
  session.send(range(1, 10).map(id => insert('a', id)))
  await turn()
  session.send([insert('a', 11), insert('a', 12)])
  await session.close()
  expect(client.ids()).toEqual([range(1, 12)])
  expect(sizes).toEqual([10, 2])
})

it('goes on in a second loop where the first one stopped, in whatever form', async () => {
  const client = new Recorder(async (batch, call) => {
    for await (const message of batch) {
      call.messages.push(message)
      if (call.messages.length === 2) break
    }
    for await (const chunk of batch.chunks()) {
      call.messages.push(...chunk)
      break
    }
    await readAll(batch, call)
  })
  await writerOn(client).write(range(1, 6).map(id => insert('a', id)))
  expect(client.ids()).toEqual([range(1, 6)])
})

it('serves several questions for the next message in their order', async () => {
  const client = new Recorder(async (batch, call) => {
    const messages = batch[Symbol.asyncIterator]()
    const asked = await Promise.all([messages.next(), messages.next(), messages.next(), messages.next()])
    call.messages.push(...asked.flatMap(({ value }) => (value === undefined ? [] : [value])))
    expect(asked.map(({ done }) => done)).toEqual([false, false, false, true])
  })
  const session = writerOn(client).open()
  for (const id of [1, 2, 3]) {
    session.send(insert('a', id))
    await turn()
  }
  await session.close()
  expect(client.ids()).toEqual([[1, 2, 3]])
})

it('blocks the producer when a handler is stuck, and holds no more than its queue', async () => {
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    await gate.passed
    await readAll(batch, call)
  })
  const writer = writerOn(client, { maxQueuedRowsPerTable: 4 })
  let pulled = 0
  function* input() {
    for (pulled = 1; pulled <= 100; pulled++) yield insert('a', pulled)
  }
  const written = writer.write(input())
  await turn()
  // The first is the handler's; then four in the queue, and one that waits.
  expect(pulled).toBe(6)
  gate.open()
  await written
  expect(client.ids()).toEqual([range(1, 100)])
})

it('takes in a message larger than the queue when the queue is empty', async () => {
  const client = new Recorder()
  await writerOn(client, { maxQueuedRowsPerTable: 4, maxQueuedRows: 5, maxQueuedBytes: 6 }).write([
    insert('a', 1, 20),
    insert('a', 21, 20),
    insert('b', 1, 20),
  ])
  expect(client.ids('a')).toEqual([range(1, 40)])
  expect(client.ids('b')).toEqual([range(1, 20)])
})

it('holds no more than the bounds for all tables, in rows and in bytes', async () => {
  for (const options of [{ maxQueuedRows: 10 }, { maxQueuedBytes: 10 }]) {
    const gate = new Gate()
    const client = new Recorder(async (batch, call) => {
      await gate.passed
      await readAll(batch, call)
    })
    let pulled = 0
    function* input() {
      for (pulled = 0; pulled < 200; pulled++) yield insert(`t${pulled % 50}`, pulled)
    }
    const written = writerOn(client, options).write(input())
    await turn()
    // Each table's first message is its handler's; ten wait.
    expect(pulled).toBeLessThanOrEqual(50 + 10)
    gate.open()
    const { tables } = await written
    expect([...tables.values()].every(({ delivered }) => delivered === 4)).toBe(true)
  }
})

it('uses the documented defaults', async () => {
  const clock = new TestClock()
  const client = new Recorder()
  const session = new StreamingBatchWriter<readonly object[]>(client as never, {
    clock,
    onBatch: client.onBatch,
  }).open()
  session.send(insert('a', 1))
  await clock.pass(19_999)
  expect(client.running.length).toBe(1)
  await clock.pass(1)
  await session.send({ kind: 'insert', table: 'b', rows: rows(0, 10_001) })
  const large = { kind: 'insert', table: 'c', rows: [{ id: 1, text: 'x'.repeat(5 * 1024 * 1024 - 8) }] } as const
  await session.send(large)
  await turn()
  expect(client.reports.map(({ table, rows: count, bytes, reason }) => [table, count, bytes, reason])).toEqual([
    ['a', 1, 16, 'timeout'],
    ['b', 10_000, 160_000, 'rows'],
    ['c', 1, 5 * 1024 * 1024, 'bytes'],
  ])
  await session.close()
})

it('gives timers and sockets a turn beside an input that never waits', async () => {
  const controller = new AbortController()
  setImmediate(() => controller.abort(new Error('enough')))
  function* endless() {
    for (let id = 0; ; id++) yield insert('a', id)
  }
  const client = new Recorder(async batch => {
    for await (const _ of batch.chunks());
  })
  await expect(writerOn(client).write(endless(), { signal: controller.signal })).rejects.toThrow('aborted')
})

it('forgets tables that have nothing to do, and knows them again', async () => {
  const client = new Recorder()
  const session = writerOn(client, { batchSizeRows: 2 }).open()
  for (let id = 0; id < 1000; id++) await session.send(insert(`t${id % 500}`, id))
  await turn()
  expect(client.running).toEqual([])
  await session.send(insert('t7', 2000))
  const { batches, tables } = await session.close()
  expect(batches).toBe(501)
  expect(tables.get('t7')?.delivered).toBe(3)
  expect(client.calls.filter(({ table }) => table === 't7').map(idsOf)).toEqual([[7, 507], [2000]])
})

it('keeps to its bounds with a format that charges parts with more than the whole', async () => {
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    if (call.number > 10) await gate.passed
    await readAll(batch, call)
  })
  const format = { ...sizedRows, bytes: (_: Rows, from: number, to: number) => 10 + to - from }
  const session = writerOn(client, { rows: format, batchSizeRows: 1, maxQueuedBytes: 40 }).open()
  await session.send(insert('a', 1, 10))
  await turn()
  expect(client.calls.length).toBe(10)
  const waiting = range(11, 10).map(id => session.send(insert('a', id)) !== undefined)
  // One in the handler's hand, and three of 11 bytes in the queue.
  expect(waiting).toEqual([false, false, false, false, true, true, true, true, true, true])
  gate.open()
  await session.close()
})
