import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, it } from 'vitest'
import { DIAGNOSTICS } from '../src/index.ts'
import { failureOf, insert, migrate, range, stale, writerOn } from './support/messages.ts'
import { Gate, Recorder, readAll } from './support/recorder.ts'
import { TestClock, turn } from './support/test-clock.ts'

// Section 8 of what the Go writer does: write, flush, close, and using it again.

it('write returns when the input has ended and all handlers have returned', async () => {
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    await readAll(batch, call)
    await gate.passed
  })
  let over = false
  const written = writerOn(client)
    .write([insert('a', 1)])
    .finally(() => {
      over = true
    })
  await turn()
  expect(over).toBe(false)
  gate.open()
  expect(await written).toEqual({
    messages: 1,
    invalid: 0,
    empty: 0,
    batches: 1,
    kinds: {
      migrateTable: { delivered: 0, failed: 0, dropped: 0 },
      insert: { delivered: 1, failed: 0, dropped: 0 },
      deleteStale: { delivered: 0, failed: 0, dropped: 0 },
      deleteRecord: { delivered: 0, failed: 0, dropped: 0 },
    },
    tables: new Map([['a', { delivered: 1, failed: 0, dropped: 0 }]]),
  })
})

it('takes async iterables and iterables, of messages and of arrays of them', async () => {
  async function* asynchronous() {
    yield insert('a', 1)
    yield [insert('a', 2), insert('a', 3)]
    yield []
  }
  function* synchronous() {
    yield [insert('a', 1), insert('a', 2)]
    yield insert('a', 3)
  }
  for (const input of [asynchronous(), synchronous(), [[insert('a', 1)], insert('a', 2), insert('a', 3)]]) {
    const client = new Recorder()
    await writerOn(client).write(input)
    expect(client.ids()).toEqual([[1, 2, 3]])
  }
})

it('arrays of messages stay in order when they have to wait for room', async () => {
  const client = new Recorder()
  const session = writerOn(client, { maxQueuedRowsPerTable: 3 }).open()
  for (const first of [1, 11, 21]) session.send(range(first, 10).map(id => insert('a', id)))
  session.send(insert('a', 31))
  await session.close()
  expect(client.ids()).toEqual([range(1, 31)])
})

it('an empty input calls nothing', async () => {
  const client = new Recorder()
  expect(await writerOn(client).write([])).toMatchObject({ messages: 0, batches: 0 })
  expect(client.calls).toEqual([])
})

it('counts what was not delivered instead of saying nothing of it', async () => {
  const client = new Recorder(async (batch, call) => {
    for await (const message of batch) if (call.messages.push(message) === 3) throw new Error('full')
  })
  const error = await failureOf(writerOn(client).write(range(1, 50).map(id => insert('a', id))))
  expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 3, dropped: 47 })
})

it('can be used again, and a table that failed starts clean', async () => {
  let fail = true
  const client = new Recorder(async (batch, call) => {
    await readAll(batch, call)
    if (fail) throw new Error('no')
  })
  const writer = writerOn(client)
  await failureOf(writer.write([insert('a', 1)]))
  fail = false
  expect((await writer.write([insert('a', 2)])).tables.get('a')?.delivered).toBe(1)
  const session = writer.open()
  session.send(insert('a', 3))
  await session.close()
  expect(client.ids()).toEqual([[1], [2], [3]])
})

it('does one write or session at a time', async () => {
  const writer = writerOn(new Recorder())
  const session = writer.open()
  expect(() => writer.open()).toThrow(expect.objectContaining({ code: 'BUSY' }))
  await expect(writer.write([])).rejects.toMatchObject({ code: 'BUSY' })
  await session.close()
  const written = writer.write([insert('a', 1)])
  await expect(writer.write([])).rejects.toMatchObject({ code: 'BUSY' })
  await written
  await writer.write([])
})

it('flush from outside ends the batches of a write that goes on', async () => {
  const more = new Gate()
  async function* input() {
    yield insert('a', 1)
    await more.passed
    yield insert('a', 2)
  }
  const client = new Recorder()
  const writer = writerOn(client)
  const written = writer.write(input())
  await turn()
  await writer.flush()
  expect(client.ids()).toEqual([[1]])
  more.open()
  await written
  expect(client.ids()).toEqual([[1], [2]])
})

it('flush without anything to flush resolves, before, during and after a write', async () => {
  const writer = writerOn(new Recorder())
  await writer.flush()
  const session = writer.open()
  await writer.flush()
  await session.flush()
  await session.close()
  await writer.flush()
})

it('flush rejects with what has failed so far, each time, and the session goes on', async () => {
  const client = new Recorder(async (batch, call) => {
    await readAll(batch, call)
    if (batch.table === 'a') throw new Error('no')
  })
  const session = writerOn(client).open()
  session.send([insert('a', 1), insert('b', 2)])
  const error = await failureOf(session.flush())
  expect(error.summary.tables.get('b')?.delivered).toBe(1)
  session.send([insert('a', 3), insert('b', 4)])
  expect((await failureOf(session.flush())).summary.tables.get('a')).toEqual({ delivered: 0, failed: 1, dropped: 1 })
  const last = await failureOf(session.close())
  expect(last.errors.length).toBe(1)
  expect(last.summary.tables.get('b')?.delivered).toBe(2)
})

it('close delivers the tail, and closing again is the same', async () => {
  const client = new Recorder()
  const session = writerOn(client).open()
  session.send(insert('a', 1))
  const closed = session.close()
  expect(session.close()).toBe(closed)
  await closed
  await expect(session.send(insert('a', 2))).rejects.toMatchObject({ code: 'CLOSED' })
  expect(client.ids()).toEqual([[1]])
})

it('await using delivers the tail', async () => {
  const client = new Recorder()
  {
    await using session = writerOn(client).open()
    session.send(insert('a', 1))
  }
  expect(client.ids()).toEqual([[1]])
  expect(client.running).toEqual([])
})

it('close with force breaks the handlers off and says what has come of everything', async () => {
  const client = new Recorder()
  const writer = writerOn(client)
  const session = writer.open()
  session.send(insert('a', 1))
  await turn()
  const closing = session.close({ force: true })
  expect((await closing).tables.get('a')).toEqual({ delivered: 0, failed: 1, dropped: 0 })
  expect(client.calls.map(({ state }) => state)).toEqual(['threw'])
  await expect(session.send(insert('a', 2))).rejects.toMatchObject({ code: 'CLOSED' })
  await writer.write([])
})

it('force overtakes a close that waits', async () => {
  const client = new Recorder(async batch => {
    await batch[Symbol.asyncIterator]().next()
    await new Promise((_, reject) => batch.signal.addEventListener('abort', () => reject(batch.signal.reason)))
  })
  const session = writerOn(client).open()
  session.send(insert('a', 1))
  const closing = failureOf(session.close())
  await turn()
  session.close({ force: true })
  expect((await closing).code).toBe('CLOSED')
})

it('too many calls of send that nobody awaits are refused', async () => {
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    await gate.passed
    await readAll(batch, call)
  })
  const session = writerOn(client, { maxQueuedRowsPerTable: 1, maxWaitingSends: 3 }).open()
  const sends = range(1, 6).map(id => session.send(insert('a', id)))
  await expect(sends[5]).rejects.toMatchObject({ code: 'QUEUE_FULL' })
  gate.open()
  await Promise.all(sends.slice(0, 5))
  await session.close()
  expect(client.ids().flat()).toEqual(range(1, 5))
})

it('tells of each batch: to onBatch and on the diagnostics channel', async () => {
  const published: unknown[] = []
  const listener = (report: unknown) => published.push(report)
  subscribe(DIAGNOSTICS.batch, listener)
  const clock = new TestClock()
  const client = new Recorder(async (batch, call) => {
    await readAll(batch, call)
    await clock.pass(30)
    if (batch.kind === 'deleteStale') throw new Error('no')
  })
  const session = writerOn(client, { clock }).open()
  session.send([migrate('a'), insert('a', 1, 3, 10), insert('a', 4, 1, 5)])
  await clock.pass(100)
  session.send(stale('a'))
  await failureOf(session.close())
  unsubscribe(DIAGNOSTICS.batch, listener)
  expect(client.reports).toMatchObject([
    { kind: 'migrateTable', table: undefined, number: 1, rows: 1, bytes: 0, messages: 1, reason: 'kind' },
    { kind: 'insert', table: 'a', number: 2, rows: 4, bytes: 35, messages: 2, reason: 'kind', error: undefined },
    { kind: 'deleteStale', number: 3, reason: 'end', error: { message: 'no' } },
  ])
  for (const { openMs, handlerMs } of client.reports) expect(handlerMs).toBeGreaterThanOrEqual(openMs)
  expect(published).toEqual(client.reports)
})

it('takes nothing behind a close, also while messages before it wait in line', async () => {
  const client = new Recorder()
  const session = writerOn(client, { maxQueuedRowsPerTable: 1 }).open()
  for (const id of range(1, 5)) session.send(insert('a', id))
  const closed = session.close()
  await expect(session.send(insert('a', 6))).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(session.send([insert('a', 7)])).rejects.toMatchObject({ code: 'CLOSED' })
  await closed
  expect(client.ids()).toEqual([range(1, 5)])
})
