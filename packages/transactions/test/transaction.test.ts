import { PravegaError } from '@pravega-ts/model'
import { beforeEach, describe, expect, test } from 'vitest'
import type { StreamTransactionalWriter } from '../src/stream-transactional-writer.ts'
import { turn, until } from './support/manual-clock.ts'
import { MemoryCluster } from './support/memory-cluster.ts'
import { failureOf, openWriter } from './support/writers.ts'

let cluster: MemoryCluster
let writer: StreamTransactionalWriter<string>

beforeEach(async () => {
  cluster = new MemoryCluster(3)
  writer = await openWriter(cluster)
})

describe('a transaction', () => {
  test('shows nothing before it is committed, and everything after', async () => {
    const transaction = await writer.begin()
    for (let n = 0; n < 100; n++) void transaction.writeEvent(`${n}`, { routingKey: `key ${n}` })
    await transaction.flush()
    expect(cluster.events).toEqual([])
    await transaction.commit({ wait: true })
    expect(transaction.state).toBe('committed')
    expect([...cluster.events].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  test('spreads events without a key over the segments', async () => {
    const transaction = await writer.begin()
    for (let n = 0; n < 60; n++) void transaction.writeEvent('event')
    await transaction.commit()
    const used = [...cluster.segments.values()].filter(({ name, data }) => !name.includes('#t') && data.length > 0)
    expect(used).toHaveLength(3)
  })

  test('leaves nothing behind when it is aborted, twice too', async () => {
    const transaction = await writer.begin()
    await transaction.writeEvent('event')
    await transaction.abort()
    await transaction.abort()
    expect(transaction.state).toBe('aborted')
    expect(cluster.events).toEqual([])
    expect(cluster.count('abortTransaction')).toBe(1)
  })

  test('is aborted at the end of its block unless it was committed', async () => {
    const ids: string[] = []
    {
      await using forgotten = await writer.begin()
      ids.push(forgotten.id)
      await forgotten.writeEvent('forgotten')
    }
    {
      await using committed = await writer.begin()
      ids.push(committed.id)
      void committed.writeEvent('committed')
      await committed.commit()
    }
    expect(ids.map(id => cluster.transactions.get(id)?.status)).toEqual(['aborted', 'committed'])
    expect(cluster.events).toEqual(['committed'])
  })

  test('waits for all acknowledgements before it asks for its commit', async () => {
    const transaction = await writer.begin()
    cluster.held = true
    void transaction.writeEvent('event')
    const committed = transaction.commit()
    await turn()
    expect(transaction.state).toBe('flushing')
    expect(cluster.count('commitTransaction')).toBe(0)
    cluster.step()
    await committed
    expect(cluster.events).toEqual(['event'])
  })

  test('waits for a writeAll that is under way before it is committed', async () => {
    const transaction = await writer.begin()
    const gate = Promise.withResolvers<void>()
    async function* events(): AsyncGenerator<{ event: string }> {
      yield { event: 'first' }
      await gate.promise
      yield { event: 'last' }
    }
    const written = transaction.writeAll(events())
    const committed = transaction.commit()
    await turn()
    expect(transaction.state).toBe('flushing')
    gate.resolve()
    await committed
    expect(await written).toBe(2)
    expect([...cluster.events].sort()).toEqual(['first', 'last'])
  })

  test('is committed once, however often that is asked for', async () => {
    const transaction = await writer.begin()
    void transaction.writeEvent('event')
    await Promise.all([transaction.commit(), transaction.commit(), transaction.commit({ wait: true })])
    await transaction.commit()
    expect(cluster.count('commitTransaction')).toBe(1)
    expect(cluster.events).toEqual(['event'])
  })

  test('says "committing" until its events can be read', async () => {
    const transaction = await writer.begin()
    cluster.slow = true
    void transaction.writeEvent('event')
    await transaction.commit()
    expect(transaction.state).toBe('committing')
    expect(await transaction.checkStatus()).toBe('committing')
    const failure = await failureOf(transaction.commit({ wait: true, timeoutMs: 30 }))
    expect(failure).toMatchObject({ code: 'DEADLINE_EXCEEDED', details: { outcome: 'committing' } })
    const waiting = transaction.commit({ wait: true })
    await turn()
    cluster.publish()
    await waiting
    expect(await transaction.checkStatus()).toBe('committed')
  })
})

describe('an event that could not be written', () => {
  test('makes the commit fail, also when it was told before, and leaves the abort', async () => {
    const transaction = await writer.begin()
    void transaction.writeEvent('good')
    await expect(transaction.writeEvent('x'.repeat(9 * 1024 * 1024), { routingKey: 'k' })).rejects.toThrow()
    await failureOf(transaction.flush())
    for (let n = 0; n < 2; n++) {
      const failure = await failureOf(transaction.commit())
      expect(failure).toMatchObject({ code: 'TRANSACTION_FAILED', details: { outcome: 'open' } })
      expect(PravegaError.is(failure.cause)).toBe(true)
    }
    expect(transaction.state).toBe('open')
    expect(cluster.count('commitTransaction')).toBe(0)
    await transaction.abort()
    expect(cluster.events).toEqual([])
  })

  test('makes the commit fail that waits for it', async () => {
    const transaction = await writer.begin()
    cluster.held = true
    void transaction.writeEvent('event')
    const committing = failureOf(transaction.commit())
    await turn()
    for (const segment of cluster.segments.values()) segment.sealed = true
    cluster.step()
    expect(await committing).toMatchObject({
      code: 'TRANSACTION_FAILED',
      details: { outcome: 'open', code: 'SEGMENT_SEALED' },
    })
  })

  test.each([
    ['aborted', 'abort', 'None of its events is in the stream'],
    ['committed', 'commit', 'are in the stream'],
  ] as const)('because somebody else has %s the transaction says so', async (outcome, how, text) => {
    const transaction = await writer.begin()
    cluster[how](transaction.id)
    const writing = transaction.writeEvent('late')
    const failure = await failureOf(writing)
    expect(failure).toMatchObject({ code: 'TRANSACTION_FAILED', details: { outcome } })
    expect(failure.message).toContain(text)
    expect(transaction.state).toBe(outcome)
    const again = await failureOf(transaction.commit())
    expect(again).toMatchObject({ code: 'TRANSACTION_FAILED', details: { outcome } })
  })

  test('since somebody else has committed before it was acknowledged is told by the commit', async () => {
    const transaction = await writer.begin()
    cluster.held = true
    const writing = failureOf(transaction.writeAll([{ event: 'not acknowledged' }]))
    await turn()
    cluster.commit(transaction.id)
    expect(await transaction.checkStatus()).toBe('committed')
    expect(await writing).toMatchObject({ details: { outcome: 'committed' } })
    const failure = await failureOf(transaction.commit())
    expect(failure).toMatchObject({ code: 'TRANSACTION_FAILED', details: { outcome: 'committed' } })
    expect(failure.message).toContain('without all events')
  })

  test('for a reason that was not to be found out is looked into again by the commit', async () => {
    const transaction = await writer.begin()
    cluster.abort(transaction.id)
    cluster.mishap('checkTransactionState', 'before')
    expect(await failureOf(transaction.writeEvent('late'))).toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    expect(await failureOf(transaction.commit())).toMatchObject({
      code: 'TRANSACTION_FAILED',
      details: { outcome: 'aborted' },
    })
  })

  test('makes the promise of all events of its append fail with one reason', async () => {
    const transaction = await writer.begin()
    cluster.abort(transaction.id)
    const options = { routingKey: 'one' }
    const [first, second] = [transaction.writeEvent('1', options), transaction.writeEvent('2', options)]
    expect(first).toBe(second)
    await failureOf(first)
    expect(cluster.count('checkTransactionState')).toBe(1)
  })
})

describe('a call that comes too late', () => {
  test.each(['commit', 'abort'] as const)('writes nothing after %s, and says what has become of it', async how => {
    const transaction = await writer.begin()
    await transaction[how]()
    const outcome = how === 'commit' ? 'committing' : 'aborted'
    for (const call of [
      transaction.writeEvent('late'),
      transaction.writeEvents(['late'], { routingKey: 'k' }),
      transaction.writeAll([{ event: 'late' }]),
      transaction.ready(),
    ]) {
      expect(await failureOf(call)).toMatchObject({ code: 'TRANSACTION_FAILED', details: { outcome } })
    }
    expect(transaction.hasRoom).toBe(false)
    expect(await failureOf(transaction.flush())).toMatchObject({ code: 'TRANSACTION_FAILED' })
  })

  test('refuses an abort of what is committed, and a commit of what is aborted', async () => {
    const [committed, aborted] = [await writer.begin(), await writer.begin()]
    await committed.commit({ wait: true })
    await aborted.abort()
    expect(await failureOf(committed.abort())).toMatchObject({
      code: 'TRANSACTION_FAILED',
      details: { outcome: 'committed' },
    })
    expect(await failureOf(aborted.commit())).toMatchObject({
      code: 'TRANSACTION_FAILED',
      details: { outcome: 'aborted' },
    })
  })

  test('learns at once that the server has aborted it', async () => {
    const transaction = await writer.begin()
    await transaction.writeEvent('event')
    cluster.abort(transaction.id)
    const failure = await failureOf(transaction.commit())
    expect(failure).toMatchObject({ code: 'TRANSACTION_FAILED', details: { outcome: 'aborted' } })
    expect(cluster.count('commitTransaction')).toBe(1)
  })

  test('is refused by a handle that is closed, while the transaction goes on', async () => {
    const transaction = await writer.begin()
    void transaction.writeEvent('event')
    await transaction.close()
    expect(await failureOf(transaction.writeEvent('late'))).toMatchObject({ code: 'CLOSED' })
    expect(await failureOf(transaction.commit())).toMatchObject({ code: 'CLOSED' })
    expect(await transaction.checkStatus()).toBe('open')
    const again = await writer.getTransaction(transaction.id)
    await again.commit({ wait: true })
    expect(cluster.events).toEqual(['event'])
  })
})

describe('an abort', () => {
  test('interrupts a commit that waits for acknowledgements', async () => {
    const transaction = await writer.begin()
    cluster.held = true
    void transaction.writeEvent('event')
    const committing = failureOf(transaction.commit())
    await turn()
    await transaction.abort()
    expect(await committing).toMatchObject({ code: 'TRANSACTION_FAILED', details: { outcome: 'aborted' } })
    expect(transaction.state).toBe('aborted')
  })

  test('waits for the answer to a commit that was asked for, and is refused then', async () => {
    const transaction = await writer.begin()
    const committing = transaction.commit()
    await until(() => transaction.state === 'committing', 'the question')
    expect(await failureOf(transaction.abort())).toMatchObject({ code: 'TRANSACTION_FAILED' })
    await committing
  })
})

describe('a commit whose waiting is given up', () => {
  test('leaves the transaction open, to be committed again', async () => {
    const transaction = await writer.begin()
    cluster.held = true
    void transaction.writeEvent('event')
    const failure = await failureOf(transaction.commit({ timeoutMs: 20 }))
    expect(failure).toMatchObject({ code: 'DEADLINE_EXCEEDED', details: { outcome: 'open' } })
    expect(transaction.state).toBe('open')
    void transaction.writeEvent('another')
    const committed = transaction.commit()
    await turn()
    cluster.step()
    await committed
    expect([...cluster.events].sort()).toEqual(['another', 'event'])
  })

  test('names the signal that ended it', async () => {
    const transaction = await writer.begin()
    cluster.held = true
    void transaction.writeEvent('event')
    const signal = AbortSignal.abort(new Error('enough'))
    expect(await failureOf(transaction.commit({ signal }))).toMatchObject({ code: 'ABORTED' })
    expect(transaction.state).toBe('open')
  })
})
