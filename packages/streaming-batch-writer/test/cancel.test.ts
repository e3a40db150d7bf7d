import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { BatchWriterError } from '../src/index.ts'
import { failureOf, insert, migrate, range, writerOn } from './support/messages.ts'
import { Gate, type Handler, Recorder, readAll } from './support/recorder.ts'
import { TestClock, turn } from './support/test-clock.ts'

// Section 9 of what the Go writer does: cancellation, of which nearly everything is different here.

const noting: Handler = async (batch, call) => {
  try {
    await readAll(batch, call)
  } catch (error) {
    call.broken = error
    throw error
  }
}

const reason = new Error('enough')

it('an abort throws its reason in the loops of handlers: it is not taken for the end of a batch', async () => {
  const controller = new AbortController()
  const client = new Recorder(noting)
  const session = writerOn(client).open({ signal: controller.signal })
  session.send(insert('a', 1))
  session.send(insert('b', 2))
  await turn()
  controller.abort(reason)
  const error = await failureOf(session.close())
  expect(client.calls.map(({ broken, state }) => [broken, state])).toEqual([
    [reason, 'threw'],
    [reason, 'threw'],
  ])
  expect(client.calls[0]?.batch.signal.reason).toBe(reason)
  expect(error).toMatchObject({ code: 'ABORTED', cause: reason, errors: [] })
  expect(error.summary.kinds.insert).toEqual({ delivered: 0, failed: 2, dropped: 0 })
})

it('an abort throws in the array form of the loop too', async () => {
  const controller = new AbortController()
  const client = new Recorder(async (batch, call) => {
    try {
      for await (const chunk of batch.chunks()) call.messages.push(...chunk)
    } catch (error) {
      call.broken = error
      throw error
    }
  })
  const session = writerOn(client).open({ signal: controller.signal })
  session.send(insert('a', 1))
  await turn()
  controller.abort(reason)
  await failureOf(session.close())
  expect(client.calls[0]?.broken).toBe(reason)
})

it('an abort leaves complete batches alone: a handler that is at its last work may finish it', async () => {
  const controller = new AbortController()
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    await noting(batch, call)
    await gate.passed
  })
  const session = writerOn(client, { batchSizeRows: 1 }).open({ signal: controller.signal })
  session.send(insert('a', 1))
  session.send(insert('a', 2))
  await turn()
  controller.abort(reason)
  gate.open()
  const error = await failureOf(session.close())
  expect(client.calls.map(({ state }) => state)).toEqual(['returned'])
  expect(error.summary.tables.get('a')).toEqual({ delivered: 1, failed: 0, dropped: 1 })
})

it('an abort ends the write while the input waits, and asks the input to end', async () => {
  const controller = new AbortController()
  let left = 0
  const input = {
    sent: 0,
    [Symbol.asyncIterator]() {
      return this
    },
    next() {
      this.sent += 1
      if (this.sent > 1) return new Promise<never>(() => {})
      return Promise.resolve({ done: false as const, value: insert('a', 1) })
    },
    return() {
      left += 1
      return Promise.resolve({ done: true as const, value: undefined })
    },
  }
  const client = new Recorder()
  const written = writerOn(client).write(input, { signal: controller.signal })
  await turn()
  controller.abort(reason)
  const error = await failureOf(written)
  expect(error).toMatchObject({ code: 'ABORTED', cause: reason })
  expect(left).toBe(1)
})

it('a message and a change of kind behind an abort hold up nothing', async () => {
  const controller = new AbortController()
  const client = new Recorder()
  async function* input() {
    yield insert('a', 1)
    controller.abort(reason)
    yield insert('a', 2)
    yield migrate('a')
  }
  const error = await failureOf(writerOn(client).write(input(), { signal: controller.signal }))
  expect(error.code).toBe('ABORTED')
  expect(error.summary.messages).toBe(1)
})

it('with a signal that is aborted already no handler is called and nothing is pulled', async () => {
  const client = new Recorder()
  let pulled = false
  function* input() {
    pulled = true
    yield insert('a', 1)
  }
  const error = await failureOf(writerOn(client).write(input(), { signal: AbortSignal.abort(reason) }))
  expect(error).toMatchObject({ code: 'ABORTED', cause: reason })
  expect([pulled, client.calls]).toEqual([false, []])
})

it('an abort between a message and the call of its handler calls it no more', async () => {
  const controller = new AbortController()
  const client = new Recorder()
  const session = writerOn(client).open({ signal: controller.signal })
  session.send(insert('a', 1))
  controller.abort(reason)
  const error = await failureOf(session.close())
  expect(client.calls).toEqual([])
  expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 0, dropped: 1 })
})

it('what waits in line at an abort is turned away', async () => {
  const controller = new AbortController()
  const client = new Recorder(async (batch, call) => {
    call.messages.push(batch.first)
    await new Promise((_, reject) => batch.signal.addEventListener('abort', () => reject(batch.signal.reason)))
  })
  const session = writerOn(client, { maxQueuedRowsPerTable: 1 }).open({ signal: controller.signal })
  const sends = range(1, 5).map(id => session.send(insert('a', id)))
  const flushing = failureOf(session.flush())
  expect(sends.map(sent => sent === undefined)).toEqual([true, true, false, false, false])
  controller.abort(reason)
  for (const sent of sends.slice(2)) await expect(sent).rejects.toMatchObject({ code: 'ABORTED', cause: reason })
  expect((await flushing).code).toBe('ABORTED')
  const error = await failureOf(session.close())
  expect(error.summary.messages).toBe(2)
})

it('waits for handlers behind an abort, and notes what else they throw', async () => {
  const controller = new AbortController()
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    try {
      await readAll(batch, call)
    } catch {
      await gate.passed
      throw new Error('the roll back failed')
    }
  })
  const session = writerOn(client).open({ signal: controller.signal })
  session.send(insert('a', 1))
  await turn()
  controller.abort(reason)
  let over = false
  const closed = failureOf(session.close()).finally(() => {
    over = true
  })
  await turn()
  expect(over).toBe(false)
  gate.open()
  const error = await closed
  expect(error.errors.map(({ table, cause }) => [table, (cause as Error).message])).toEqual([
    ['a', 'the roll back failed'],
  ])
})

it('does not wait for ever: handlers have a time of grace', async () => {
  const clock = new TestClock()
  const controller = new AbortController()
  const stuck = new Gate()
  const client = new Recorder(async (batch, call) => {
    call.messages.push((await batch[Symbol.asyncIterator]().next()).value ?? migrate('nothing'))
    await stuck.passed
    throw new Error('too late to be of interest')
  })
  const writer = writerOn(client, { clock, abortGrace: 500 })
  const session = writer.open({ signal: controller.signal })
  session.send(insert('a', 1))
  await turn()
  controller.abort(reason)
  const closed = failureOf(session.close())
  await clock.pass(500)
  const error = await closed
  expect(error.errors.map(({ code, table }) => [code, table])).toEqual([['HANDLER_UNSETTLED', 'a']])
  expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 1, dropped: 0 })
  expect(clock.pending).toBe(0)
  stuck.open()
  await turn()
  await writerOn(new Recorder()).write([insert('a', 1)])
})

it('does not wait at all without grace', async () => {
  const controller = new AbortController()
  const client = new Recorder(async batch => {
    await batch[Symbol.asyncIterator]().next()
    await new Promise(() => {})
  })
  const session = writerOn(client, { abortGrace: 0 }).open({ signal: controller.signal })
  session.send(insert('a', 1))
  await turn()
  controller.abort(reason)
  expect((await failureOf(session.close())).errors.length).toBe(1)
})

it('an input that throws breaks off the handlers, and the write rejects with its error as the cause', async () => {
  const broken = new Error('connection lost')
  const client = new Recorder(noting)
  async function* input() {
    yield insert('a', 1)
    await turn()
    throw broken
  }
  const error = await failureOf(writerOn(client).write(input()))
  expect(error).toMatchObject({ code: 'INPUT_FAILED', cause: broken })
  const thrown = client.calls[0]?.broken
  expect(BatchWriterError.is(thrown, 'INPUT_FAILED')).toBe(true)
  expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 1, dropped: 0 })
})

it('an input that throws when it is left is told to the logger', async () => {
  const lines: string[] = []
  const logger = { error: (message: string) => lines.push(message) }
  const controller = new AbortController()
  for (const cleanUp of [() => Promise.reject(new Error('no')), () => fail()]) {
    const input = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}), return: cleanUp }),
    }
    const written = failureOf(writerOn(new Recorder(), { logger }).write(input, { signal: controller.signal }))
    controller.abort(reason)
    await written
  }
  await turn()
  expect(lines).toEqual(['the input threw when it was left', 'the input threw when it was left'])
  function fail(): never {
    throw new Error('no')
  }
})

it('a closed signal is let go of when the write is over', async () => {
  const controller = new AbortController()
  const client = new Recorder()
  await writerOn(client).write([insert('a', 1)], { signal: controller.signal })
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  controller.abort(reason)
  await turn()
  expect(client.calls.map(({ state, batch }) => [state, batch.signal.aborted])).toEqual([['returned', false]])
})

it('an abort finds a batch complete whose messages the handler has all got, though not its end', async () => {
  const controller = new AbortController()
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    const messages = batch[Symbol.asyncIterator]()
    call.messages.push((await messages.next()).value ?? migrate('nothing'))
    await gate.passed
    expect(await messages.next()).toEqual({ value: undefined, done: true })
  })
  const session = writerOn(client, { batchSizeRows: 1 }).open({ signal: controller.signal })
  session.send(insert('a', 1))
  await turn()
  controller.abort(reason)
  gate.open()
  const error = await failureOf(session.close())
  expect(error.errors).toEqual([])
  expect(error.summary.tables.get('a')).toEqual({ delivered: 1, failed: 0, dropped: 0 })
})

it('an abort breaks a batch whose handler has not yet got its messages', async () => {
  const controller = new AbortController()
  const gate = new Gate()
  const client = new Recorder(async (batch, call) => {
    await gate.passed
    await noting(batch, call)
  })
  const session = writerOn(client, { batchSizeRows: 1 }).open({ signal: controller.signal })
  session.send(insert('a', 1))
  await turn()
  controller.abort(reason)
  gate.open()
  const error = await failureOf(session.close())
  expect(client.calls[0]?.broken).toBe(reason)
  expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 0, dropped: 1 })
})

it('a handler that gives up at an abort before it has taken anything is no failure', async () => {
  const controller = new AbortController()
  const client = new Recorder(async batch => {
    await new Promise(resolve => batch.signal.addEventListener('abort', resolve))
  })
  const session = writerOn(client).open({ signal: controller.signal })
  session.send(insert('a', 1))
  await turn()
  controller.abort(reason)
  const error = await failureOf(session.close())
  expect(error.errors).toEqual([])
  expect(error.summary.tables.get('a')).toEqual({ delivered: 0, failed: 0, dropped: 1 })
})
