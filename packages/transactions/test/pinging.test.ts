import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { PravegaError } from '@pravega-ts/model'
import { beforeEach, describe, expect, test } from 'vitest'
import { DIAGNOSTICS, type PingMessage, type TransactionStateMessage } from '../src/index.ts'
import type { StreamTransactionalWriter } from '../src/stream-transactional-writer.ts'
import { turn } from './support/manual-clock.ts'
import { MemoryCluster } from './support/memory-cluster.ts'
import { failureOf, openWriter } from './support/writers.ts'

let cluster: MemoryCluster
let writer: StreamTransactionalWriter<string>

beforeEach(async () => {
  cluster = new MemoryCluster()
  writer = await openWriter(cluster)
})

describe('a transaction whose process lives', () => {
  test('outlives its lease, as do many at once, with one timer (#3463, #4396, #4147)', async () => {
    const transactions = await Promise.all(Array.from({ length: 20 }, () => writer.begin()))
    await cluster.clock.advance(60_000)
    expect(cluster.clock.most).toBe(1)
    // Three pings in each lease of 10 s, for each of them.
    expect(cluster.count('pingTransaction')).toBe(20 * Math.floor(60_000 / 3_162))
    await Promise.all(transactions.map(transaction => transaction.commit({ wait: true })))
  })

  test.each(['commit', 'abort'] as const)('is not pinged any more after %s (#3463)', async how => {
    const transaction = await writer.begin()
    await transaction[how]()
    await cluster.clock.advance(100_000)
    expect(cluster.count('pingTransaction')).toBe(0)
    expect(cluster.clock.alarms).toBe(0)
  })

  test.each([
    ['committed', (id: string) => cluster.commit(id)],
    ['aborted', (id: string) => cluster.abort(id)],
    ['lost', (id: string) => cluster.transactions.delete(id)],
  ] as const)('is pinged once more after it was %s elsewhere', async (state, end) => {
    const transaction = await writer.begin()
    end(transaction.id)
    await cluster.clock.advance(100_000)
    expect(cluster.count('pingTransaction')).toBe(1)
    expect(transaction.state).toBe(state === 'committed' ? 'committing' : state)
    expect(cluster.clock.alarms).toBe(0)
  })

  test('is pinged while a commit waits for acknowledgements', async () => {
    const transaction = await writer.begin()
    cluster.held = true
    void transaction.writeEvent('event')
    const committed = transaction.commit()
    await cluster.clock.advance(30_000)
    cluster.step()
    await committed
    expect(cluster.events).toEqual(['event'])
  })

  test('has the lease that it was begun with', async () => {
    await writer.begin({ leaseMs: 90_000 })
    await cluster.clock.advance(90_000)
    expect(cluster.count('pingTransaction')).toBe(9)
  })
})

describe('pings that fail', () => {
  test('are tolerated until the lease is over', async () => {
    const transaction = await writer.begin()
    for (let n = 0; n < 5; n++) cluster.mishap('pingTransaction', 'before')
    await cluster.clock.advance(9_000)
    expect(transaction.state).toBe('open')
    await cluster.clock.advance(60_000)
    await transaction.writeEvent('event')
    await transaction.commit({ wait: true })
    expect(cluster.events).toEqual(['event'])
  })

  test('beyond the end of the lease are told by the next call, until the controller says what has become of it', async () => {
    const transaction = await writer.begin()
    await transaction.writeEvent('event')
    for (let n = 0; n < 9; n++) cluster.mishap('pingTransaction', 'before')
    await cluster.clock.advance(12_000)
    expect(transaction.state).toBe('lost')
    const failure = await failureOf(transaction.writeEvent('late'))
    expect(failure).toMatchObject({ code: 'TRANSACTION_FAILED', details: { outcome: 'unknown' } })
    await cluster.clock.advance(10_000)
    expect(transaction.state).toBe('aborted')
    expect(await failureOf(transaction.commit())).toMatchObject({ details: { outcome: 'aborted' } })
  })

  test('leave a transaction usable that the server has kept', async () => {
    const transaction = await writer.begin()
    await transaction.writeEvent('event')
    for (let n = 0; n < 9; n++) cluster.mishap('pingTransaction', 'before')
    const kept = cluster.transactions.get(transaction.id)
    if (kept !== undefined) kept.expiresAt = Number.POSITIVE_INFINITY
    await cluster.clock.advance(12_000)
    expect(transaction.state).toBe('lost')
    await cluster.clock.advance(5_000)
    expect(transaction.state).toBe('open')
    await transaction.commit({ wait: true })
    expect(cluster.events).toEqual(['event'])
  })

  test('because the controller client is closed are not repeated', async () => {
    const transaction = await writer.begin()
    cluster.mishap('pingTransaction', 'before', new PravegaError('CLOSED', 'the controller client is closed'))
    await cluster.clock.advance(100_000)
    expect(cluster.count('pingTransaction')).toBe(1)
    expect(transaction.state).toBe('lost')
  })
})

describe('a transaction that has lived as long as a transaction may', () => {
  test('is not pinged any more, and says so when the server has aborted it', async () => {
    cluster.longestLife = 30_000
    const messages: PingMessage[] = []
    const listen = (message: unknown): void => void messages.push(message as PingMessage)
    subscribe(DIAGNOSTICS.ping, listen)
    const transaction = await writer.begin()
    await cluster.clock.advance(25_000)
    expect(transaction.state).toBe('open')
    expect(messages.at(-1)).toMatchObject({ result: 'refused', transactionId: transaction.id })
    const pings = cluster.count('pingTransaction')
    await cluster.clock.advance(10_000)
    unsubscribe(DIAGNOSTICS.ping, listen)
    expect(cluster.count('pingTransaction')).toBe(pings)
    const failure = await failureOf(transaction.commit())
    expect(failure).toMatchObject({ code: 'TRANSACTION_FAILED', details: { outcome: 'aborted' } })
    expect(failure.message).toContain('as long as a transaction may')
    expect(failure.cause).toMatchObject({ code: 'LEASE_REFUSED' })
  })

  test('can be committed until then', async () => {
    cluster.longestLife = 30_000
    const transaction = await writer.begin()
    await transaction.writeEvent('event')
    await cluster.clock.advance(25_000)
    await transaction.commit({ wait: true })
    expect(cluster.events).toEqual(['event'])
  })
})

test('what becomes of a transaction is published', async () => {
  const messages: TransactionStateMessage[] = []
  const listen = (message: unknown): void => void messages.push(message as TransactionStateMessage)
  subscribe(DIAGNOSTICS.state, listen)
  const transaction = await writer.begin()
  await transaction.commit({ wait: true })
  unsubscribe(DIAGNOSTICS.state, listen)
  expect(messages.map(({ from, to }) => `${from} ${to}`)).toEqual([
    'undefined open',
    'open flushing',
    'flushing committing',
    'committing committed',
  ])
  await turn()
})
