import { describe, expect, it } from 'vitest'
import { BatchFailure, BatchWriterError, dummyHandler, notImplemented, StreamingBatchWriter } from '../src/index.ts'
import { failureOf, insert, migrate, range, record, stale, writerOn } from './support/messages.ts'
import { Gate, type Handler, idsOf, type Message, Recorder, readAll } from './support/recorder.ts'
import { turn } from './support/test-clock.ts'

// Section 6 of what the Go writer does: what a handler may do.

function failing(table: string, when: 'before' | 'during' | 'after' | 'synchronously'): Handler {
  return (batch, call) => {
    const fail = () => new Error(`${batch.first.table} ${when}`)
    if (batch.first.table !== table) return readAll(batch, call)
    if (when === 'synchronously') throw fail()
    return (async () => {
      if (when === 'before') throw fail()
      for await (const message of batch) {
        call.messages.push(message)
        if (when === 'during') throw fail()
      }
      throw fail()
    })()
  }
}

describe.each(['before', 'during', 'after', 'synchronously'] as const)('a handler that throws %s', when => {
  it('fails the write at its end, with the table, the batch and the cause; the other tables go on', async () => {
    const client = new Recorder(failing('a', when))
    const error = await failureOf(writerOn(client).write(range(1, 6).flatMap(id => [insert('a', id), insert('b', id)])))
    expect(error.code).toBe('WRITE_FAILED')
    expect(error.errors.length).toBe(1)
    const [failure] = error.errors
    expect(failure).toBeInstanceOf(BatchFailure)
    expect(failure).toMatchObject({ code: 'HANDLER_FAILED', kind: 'insert', table: 'a', batch: 1 })
    expect(failure?.cause).toMatchObject({ message: `a ${when}` })
    expect(client.ids('b')).toEqual([range(1, 6)])
    const taken = { before: 0, synchronously: 0, during: 1, after: 6 }[when]
    expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: taken, dropped: 6 - taken })
    expect(error.summary.tables.get('b')).toEqual({ delivered: 6, failed: 0, dropped: 0 })
    expect(error.message).toContain('6 rows were not delivered')
  })
})

it('after a failure no more handlers of that table are called in this write, also behind other kinds', async () => {
  const client = new Recorder(failing('a', 'after'))
  const messages = [insert('a', 1), migrate('b'), insert('a', 2), insert('b', 3), stale('b'), insert('a', 4)]
  const error = await failureOf(writerOn(client).write(messages))
  expect(client.ids('a')).toEqual([[1]])
  expect(client.ids('b')).toEqual([[3]])
  expect(error.errors.length).toBe(1)
  expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 1, dropped: 2 })
})

it('a failed migration holds back no inserts, but further migrations', async () => {
  const client = new Recorder(failing('a', 'after'))
  const error = await failureOf(writerOn(client).write([migrate('a'), insert('b', 1), migrate('c'), stale('c')]))
  expect(client.calls.map(({ kind }) => kind)).toEqual(['migrateTable', 'insert', 'deleteStale'])
  expect(error.summary.kinds.migrateTable).toEqual({ delivered: 0, failed: 1, dropped: 1 })
})

it('names the table whose message the handler had taken last, not the first the kind ever saw', async () => {
  const client = new Recorder(async (batch, call) => {
    for await (const message of batch) {
      call.messages.push(message)
      if (message.table === 't2') throw new Error('no t2')
    }
  })
  const error = await failureOf(writerOn(client).write([migrate('t1'), migrate('t2'), migrate('t3')]))
  expect(error.errors.map(({ kind, table }) => [kind, table])).toEqual([['migrateTable', 't2']])
})

it('failures of batches that were running already are added', async () => {
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    await readAll(batch, call)
    await gate.passed
    throw new Error(`batch ${batch.number}`)
  })
  const session = writerOn(client, { batchSizeRows: 1, maxConcurrentBatchesPerTable: 3 }).open()
  for (const id of range(1, 20)) session.send(insert('a', id))
  await turn()
  expect(client.running.length).toBe(3)
  gate.open()
  const error = await failureOf(session.close())
  expect(error.errors.map(({ batch }) => batch)).toEqual([1, 2, 3])
  expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 3, dropped: 17 })
})

it('a handler that throws synchronously is not called again and again', async () => {
  const client = new Recorder()
  let calls = 0
  const writer = new StreamingBatchWriter(
    {
      migrateTable: client.migrateTable,
      deleteStale: client.deleteStale,
      writeTable(): Promise<void> {
        calls += 1
        throw new Error('at once')
      },
    },
    { batchSizeRows: 1 },
  )
  const error = await failureOf(writer.write(range(1, 3).map(id => insert('a', id))))
  expect(calls).toBe(1)
  expect(error.errors.map(({ cause }) => (cause as Error).message)).toEqual(['at once'])
})

describe('a handler that returns early', () => {
  const takes =
    (count: number): Handler =>
    async (batch, call) => {
      for await (const message of batch) {
        call.messages.push(message)
        if (call.messages.length === count) return
      }
    }

  it('with messages waiting: they go to the next call, and none is lost', async () => {
    const client = new Recorder(takes(2))
    const summary = await writerOn(client).write(range(1, 7).map(id => insert('a', id)))
    expect(client.ids()).toEqual([[1, 2], [3, 4], [5, 6], [7]])
    expect(summary.tables.get('a')).toEqual({ delivered: 7, failed: 0, dropped: 0 })
    expect(client.reports.map(({ reason }) => reason)).toEqual(['returned', 'returned', 'returned', 'end'])
  })

  it('with none waiting: the next message starts a new call, which counts from nothing', async () => {
    const client = new Recorder(takes(2))
    const session = writerOn(client, { batchSizeRows: 3 }).open()
    for (const id of range(1, 6)) {
      session.send(insert('a', id))
      await turn()
    }
    await session.close()
    expect(client.ids()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    expect(client.reports.every(({ reason }) => reason === 'returned')).toBe(true)
  })

  it('in the midst of an insert that was cut: the rest of it goes to the next call', async () => {
    const client = new Recorder(takes(1))
    await writerOn(client, { batchSizeRows: 5 }).write([insert('a', 1), insert('a', 2, 12)])
    expect(client.ids()).toEqual([[1], range(2, 5), range(7, 5), [12, 13]])
  })

  it('by leaving the loop, and goes on with its work: what comes meanwhile goes to the next call', async () => {
    const gate = new Gate()
    const client = new Recorder(async (batch, call) => {
      await takes(1)(batch, call)
      await gate.passed
    })
    const session = writerOn(client).open()
    session.send(insert('a', 1))
    await turn()
    session.send(insert('a', 2))
    gate.open()
    await session.close()
    expect(client.ids()).toEqual([[1], [2]])
  })

  it('without having taken anything: that is an error, neither a dead lock nor a loop', async () => {
    const client = new Recorder(async () => {})
    const error = await failureOf(writerOn(client).write([insert('a', 1), insert('a', 2)]))
    expect(client.calls.length).toBe(1)
    expect(error.errors.map(({ code, table }) => [code, table])).toEqual([['HANDLER_TOOK_NOTHING', 'a']])
    expect(error.errors[0]?.message).toContain('dummyHandler')
    expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 0, dropped: 2 })
  })
})

it('a handler that throws with a message waiting ends the write all the same', async () => {
  const client = new Recorder(failing('a', 'during'))
  const session = writerOn(client, { batchSizeRows: 2 }).open()
  for (const id of range(1, 100)) await session.send(insert('a', id))
  const error = await failureOf(session.close())
  expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 1, dropped: 99 })
})

it('a question for a message that outlives its handler is told that the batch is over', async () => {
  let late: Promise<IteratorResult<unknown>> | undefined
  const client = new Recorder(async (batch, call) => {
    const messages = batch[Symbol.asyncIterator]()
    const { value } = await messages.next()
    if (value !== undefined) call.messages.push(value)
    late ??= messages.next()
  })
  const session = writerOn(client).open()
  session.send(insert('a', 1))
  await turn()
  await expect(late).resolves.toEqual({ value: undefined, done: true })
  session.send(insert('a', 2))
  await session.close()
  expect(client.ids()).toEqual([[1], [2]])
})

describe('with onError stop', () => {
  it('a failure stops the input, breaks off the other handlers, and rejects at once', async () => {
    const go = new Gate()
    const client = new Recorder(async (batch, call) => {
      if (batch.table === 'a') {
        await go.passed
        throw new Error('full disk')
      }
      try {
        await readAll(batch, call)
      } catch (error) {
        call.broken = error
        throw error
      }
    })
    let left = false
    async function* endless() {
      try {
        yield insert('a', 1)
        yield insert('b', 2)
        await new Promise(() => {})
      } finally {
        left = true
      }
    }
    const written = failureOf(writerOn(client, { onError: 'stop' }).write(endless()))
    await turn()
    go.open()
    const error = await written
    expect(error.code).toBe('STOPPED')
    expect(error.errors.map(({ table }) => table)).toEqual(['a'])
    expect(error.cause).toBe(error.errors[0])
    const other = client.calls.find(({ table }) => table === 'b')
    expect(other?.broken).toSatisfy((broken: unknown) => BatchWriterError.is(broken, 'STOPPED'))
    expect(other?.batch.signal.aborted).toBe(true)
    expect(error.summary.tables.get('b')).toEqual({ delivered: 0, failed: 1, dropped: 0 })
    // The generator waits for ever in the midst of its own await; nothing waits for it.
    expect(left).toBe(false)
  })

  it('send tells so', async () => {
    const client = new Recorder(failing('a', 'after'))
    const session = writerOn(client, { onError: 'stop', batchSizeRows: 1 }).open()
    session.send(insert('a', 1))
    await turn()
    await expect(session.send(insert('b', 2))).rejects.toMatchObject({ code: 'STOPPED' })
    await failureOf(session.close())
  })
})

describe('kinds without a use', () => {
  it('dummyHandler takes everything and keeps nothing', async () => {
    const client = { migrateTable: dummyHandler, writeTable: dummyHandler, deleteStale: dummyHandler }
    const summary = await new StreamingBatchWriter(client).write([migrate('a'), insert('a', 1, 3), stale('a')])
    expect(summary.kinds).toEqual({
      migrateTable: { delivered: 1, failed: 0, dropped: 0 },
      insert: { delivered: 3, failed: 0, dropped: 0 },
      deleteStale: { delivered: 1, failed: 0, dropped: 0 },
      deleteRecord: { delivered: 0, failed: 0, dropped: 0 },
    })
  })

  it('notImplemented takes everything and fails', async () => {
    const client = {
      migrateTable: dummyHandler,
      writeTable: dummyHandler,
      deleteStale: notImplemented('deleteStale'),
    }
    const error = await failureOf(new StreamingBatchWriter(client).write([stale('a'), stale('b'), insert('a', 1)]))
    expect(error.errors.map(({ code, kind }) => [code, kind])).toEqual([['NOT_IMPLEMENTED', 'deleteStale']])
    expect(error.summary.kinds.deleteStale).toEqual({ delivered: 0, failed: 2, dropped: 0 })
    expect(error.summary.kinds.insert.delivered).toBe(1)
  })

  it('a client without deleteRecords fails those messages and no others', async () => {
    const { migrateTable, writeTable, deleteStale, calls } = new Recorder()
    const error = await failureOf(
      writerOn({ migrateTable, writeTable, deleteStale } as unknown as Recorder).write([
        insert('a', 1),
        record('a'),
        insert('a', 2),
      ]),
    )
    expect(error.errors.map(({ code, kind, table }) => [code, kind, table])).toEqual([
      ['NOT_IMPLEMENTED', 'deleteRecord', 'a'],
    ])
    expect(calls.map(idsOf)).toEqual([[1], [2]])
  })
})

it('each failure is told to the logger the moment it happens', async () => {
  const lines: [string, unknown][] = []
  const logger = { error: (message: string, fields?: object) => lines.push([message, fields]) }
  const client = new Recorder(failing('a', 'after'))
  const session = writerOn(client, { logger, batchSizeRows: 1 }).open()
  session.send(insert('a', 1))
  await turn()
  expect(lines).toEqual([
    [expect.stringContaining("insert of 'a', batch 1: a after"), expect.objectContaining({ table: 'a', batch: 1 })],
  ])
  await failureOf(session.close())
})

it('what onBatch and the logger throw reaches no handler and no table', async () => {
  const client = new Recorder()
  const error = await failureOf(
    writerOn(client, {
      onBatch: () => {
        throw new Error('watching')
      },
      logger: {
        error() {
          throw new Error('logging')
        },
      },
    }).write([insert('a', 1), insert('b', 2)]),
  )
  expect(client.ids()).toEqual([[1], [2]])
  expect(error.errors.map(({ code }) => code)).toEqual(['OBSERVER_FAILED', 'OBSERVER_FAILED'])
  expect(error.summary.kinds.insert).toEqual({ delivered: 2, failed: 0, dropped: 0 })
})

it('a failure in the very last batch stops too, with rows of its table waiting', async () => {
  const client = new Recorder(failing('a', 'after'))
  const session = writerOn(client, { onError: 'stop', batchSizeRows: 1 }).open()
  session.send([insert('a', 1), insert('a', 2)])
  expect((await failureOf(session.close())).code).toBe('STOPPED')
})

it('a stop in the midst of an array takes nothing of its rest', async () => {
  const client = new Recorder()
  const session = writerOn(client, { onError: 'stop' }).open()
  const sent = session.send([insert('a', 1), { kind: 'insert' } as unknown as Message, insert('a', 2)])
  await expect(sent).rejects.toMatchObject({ code: 'INVALID_MESSAGE' })
  const { summary } = await failureOf(session.close())
  expect(summary).toMatchObject({ messages: 1, invalid: 1 })
  expect(summary.kinds.insert).toEqual({ delivered: 0, failed: 0, dropped: 1 })
})

it('a stop in the midst of an array that waits takes nothing of its rest', async () => {
  const client = new Recorder()
  const session = writerOn(client, { onError: 'stop', maxQueuedRowsPerTable: 1 }).open()
  const bad = { kind: 'insert' } as unknown as Message
  const sent = session.send([insert('a', 1), insert('a', 2), insert('a', 3), bad, insert('a', 4)])
  await expect(sent).rejects.toMatchObject({ code: 'STOPPED' })
  const { summary } = await failureOf(session.close())
  expect(summary).toMatchObject({ messages: 3, invalid: 1 })
})

it('messages for a table that has failed are dropped while its other handlers still run', async () => {
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    await readAll(batch, call)
    if (call.number === 1) throw new Error('the first')
    await gate.passed
  })
  const session = writerOn(client, { batchSizeRows: 1, maxConcurrentBatchesPerTable: 2 }).open()
  session.send([insert('a', 1), insert('a', 2)])
  await turn()
  session.send([insert('a', 3), insert('b', 4)])
  await turn()
  gate.open()
  const error = await failureOf(session.close())
  expect(client.ids('a')).toEqual([[1], [2]])
  expect(error.summary.tables.get('a')).toEqual({ delivered: 1, failed: 1, dropped: 1 })
  expect(error.summary.tables.get('b')).toEqual({ delivered: 1, failed: 0, dropped: 0 })
})
