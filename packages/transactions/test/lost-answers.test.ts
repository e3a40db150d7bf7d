import { PravegaError } from '@pravega-ts/model'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { StreamTransactionalWriter } from '../src/stream-transactional-writer.ts'
import { MemoryCluster, type Mishap } from './support/memory-cluster.ts'
import { failureOf, openWriter } from './support/writers.ts'

let cluster: MemoryCluster
let writer: StreamTransactionalWriter<string>

beforeEach(async () => {
  cluster = new MemoryCluster()
  writer = await openWriter(cluster)
})

describe('a commit whose answer is lost', () => {
  test.each(['before', 'after'] as const)('(%s it was carried out) succeeds all the same', async when => {
    const transaction = await writer.begin()
    void transaction.writeEvent('event')
    cluster.mishap('commitTransaction', when)
    await transaction.commit({ wait: true })
    expect(cluster.events).toEqual(['event'])
  })

  test('says that the outcome is unknown when it cannot be found out in time, and how to find out', async () => {
    const transaction = await writer.begin()
    void transaction.writeEvent('event')
    for (let n = 0; n < 5; n++) cluster.mishap('commitTransaction', 'after')
    cluster.silent.add('checkTransactionState')
    const failure = await failureOf(transaction.commit({ timeoutMs: 60 }))
    cluster.speak()
    expect(failure).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      details: { outcome: 'unknown', transactionId: transaction.id },
    })
    expect(failure.message).toContain(transaction.id)
    expect(failure.message).toContain('getTransaction')
    expect(transaction.state).toBe('lost')
    expect(await transaction.checkStatus()).toBe('committed')
    expect(transaction.state).toBe('committed')
    await transaction.commit()
  })

  test('can be repeated; nothing is written meanwhile', async () => {
    const transaction = await writer.begin()
    void transaction.writeEvent('event')
    cluster.silent.add('commitTransaction')
    await failureOf(transaction.commit({ timeoutMs: 20 }))
    cluster.speak()
    expect(await failureOf(transaction.writeEvent('late'))).toMatchObject({ details: { outcome: 'unknown' } })
    await transaction.commit({ wait: true })
    expect(cluster.events).toEqual(['event'])
  })

  test('is not undone at the end of its block', async () => {
    let id = ''
    {
      await using transaction = await writer.begin()
      id = transaction.id
      void transaction.writeEvent('event')
      cluster.silent.add('commitTransaction')
      await failureOf(transaction.commit({ timeoutMs: 20 }))
      cluster.speak()
    }
    expect(cluster.transactions.get(id)?.status).toBe('open')
    expect(cluster.count('abortTransaction')).toBe(0)
  })

  test('can be aborted, if it has not been carried out', async () => {
    const transaction = await writer.begin()
    void transaction.writeEvent('event')
    cluster.silent.add('commitTransaction')
    await failureOf(transaction.commit({ timeoutMs: 20 }))
    cluster.speak()
    await transaction.abort()
    expect(transaction.state).toBe('aborted')
  })

  test('whose abort comes too late then says that it is committed', async () => {
    const transaction = await writer.begin()
    void transaction.writeEvent('event')
    for (let n = 0; n < 5; n++) cluster.mishap('commitTransaction', 'after')
    cluster.silent.add('checkTransactionState')
    await failureOf(transaction.commit({ timeoutMs: 40 }))
    cluster.speak()
    expect(await failureOf(transaction.abort())).toMatchObject({
      code: 'TRANSACTION_FAILED',
      details: { outcome: 'committed' },
    })
    expect(cluster.events).toEqual(['event'])
  })
})

describe('an answer that is final', () => {
  test('is not asked for again, and leaves the transaction as it was', async () => {
    const transaction = await writer.begin()
    void transaction.writeEvent('event')
    cluster.mishap('commitTransaction', 'before', new PravegaError('PERMISSION_DENIED', 'not you'))
    const failure = await failureOf(transaction.commit())
    expect(failure).toMatchObject({ code: 'PERMISSION_DENIED', details: { outcome: 'open' } })
    expect(cluster.count('commitTransaction')).toBe(1)
    expect(cluster.count('checkTransactionState')).toBe(0)
    expect(transaction.state).toBe('open')
    await transaction.commit()
  })

  test('although the transaction is open is believed, and asked for once', async () => {
    const transaction = await writer.begin()
    cluster.mishap('commitTransaction', 'before', new PravegaError('TRANSACTION_FAILED', 'no'))
    expect(await failureOf(transaction.commit())).toMatchObject({
      code: 'TRANSACTION_FAILED',
      details: { outcome: 'open' },
    })
    expect(cluster.count('commitTransaction')).toBe(1)
    await transaction.commit()
  })

  test('of a controller that fails each time is taken as one after a few attempts', async () => {
    const transaction = await writer.begin()
    for (let n = 0; n < 10; n++) cluster.mishap('commitTransaction', 'before', new PravegaError('INTERNAL', 'sorry'))
    const failure = await failureOf(transaction.commit())
    expect(failure).toMatchObject({ code: 'INTERNAL', details: { outcome: 'unknown' } })
    expect(cluster.count('commitTransaction')).toBe(5)
  })

  test('that the controller client is closed ends the question at once', async () => {
    const transaction = await writer.begin()
    cluster.mishap('commitTransaction', 'before', new PravegaError('CLOSED', 'the controller client is closed'))
    expect(await failureOf(transaction.commit())).toMatchObject({ code: 'CLOSED', details: { outcome: 'unknown' } })
    expect(cluster.count('commitTransaction')).toBe(1)
  })
})

describe('an abort whose answer is lost', () => {
  test('succeeds all the same', async () => {
    const transaction = await writer.begin()
    cluster.mishap('abortTransaction', 'after')
    await transaction.abort()
    expect(transaction.state).toBe('aborted')
  })

  test('leaves the rest to the lease when it cannot be found out, and does not renew it', async () => {
    const transaction = await writer.begin()
    cluster.silent.add('abortTransaction')
    const failure = await failureOf(transaction.abort({ timeoutMs: 20 }))
    cluster.speak()
    expect(failure).toMatchObject({ code: 'DEADLINE_EXCEEDED', details: { outcome: 'unknown' } })
    expect(await failureOf(transaction.commit())).toMatchObject({ code: 'TRANSACTION_FAILED' })
    await cluster.clock.advance(20_000)
    expect(cluster.count('pingTransaction')).toBe(0)
    expect(await transaction.checkStatus()).toBe('aborted')
  })
})

const mishap: fc.Arbitrary<Pick<Mishap, 'call' | 'when'>> = fc.record({
  call: fc.constantFrom('commitTransaction', 'checkTransactionState', 'abortTransaction'),
  when: fc.constantFrom('before', 'after'),
})

test('whatever answers are lost, the caller is told the truth', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(mishap, { maxLength: 4 }),
      fc.boolean(),
      fc.boolean(),
      async (mishaps, other, commits) => {
        const trouble = new MemoryCluster()
        const own = await openWriter(trouble)
        const transaction = await own.begin()
        await transaction.writeEvent('event')
        for (const { call, when } of mishaps) trouble.mishap(call, when)
        if (other) trouble.abort(transaction.id)
        const told = await (commits ? transaction.commit({ wait: true }) : transaction.abort()).then(
          () => (commits ? 'committed' : 'aborted'),
          error => PravegaError.from(error).details['outcome'],
        )
        const truth = trouble.transactions.get(transaction.id)?.status
        expect(told).toBe(truth)
        expect(trouble.events).toEqual(truth === 'committed' ? ['event'] : [])
      },
    ),
    { numRuns: 40 },
  )
})
