import { ScopedStream } from '@pravega-ts/model'
import { beforeEach, describe, expect, test } from 'vitest'
import { openTransactionalEventWriter } from '../src/index.ts'
import type { StreamTransactionalWriter } from '../src/stream-transactional-writer.ts'
import { turn } from './support/manual-clock.ts'
import { MemoryCluster } from './support/memory-cluster.ts'
import { failureOf, openWriter } from './support/writers.ts'

let cluster: MemoryCluster
let writer: StreamTransactionalWriter<string>

beforeEach(async () => {
  cluster = new MemoryCluster(2)
  writer = await openWriter(cluster)
})

describe('opening a writer', () => {
  test.each([
    { leaseMs: 9_999 },
    { leaseMs: 600_001 },
    { leaseMs: 20_000.5 },
    { maxInFlightBytes: 0 },
    { writerId: 'a/b' },
  ])('refuses %j', async options => {
    expect(await failureOf(openTransactionalEventWriter(cluster, cluster.stream, options))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })

  test('refuses a stream that is sealed', async () => {
    cluster.sealed = true
    expect(await failureOf(openWriter(cluster))).toMatchObject({ code: 'STREAM_SEALED' })
    expect(await failureOf(writer.begin())).toMatchObject({ code: 'STREAM_SEALED' })
  })

  test('leaves no connection behind', async () => {
    await openTransactionalEventWriter(cluster, new ScopedStream('s', 't'))
    expect([...cluster.writers].every(({ state }) => state === 'closed')).toBe(true)
  })
})

describe('a lease', () => {
  test.each([0, 9_999, 600_001])('of %i ms is refused before anything is asked', async leaseMs => {
    expect(await failureOf(writer.begin({ leaseMs }))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(cluster.count('createTransaction')).toBe(0)
  })
})

describe('a transaction that was begun elsewhere', () => {
  test('is written and committed by its id; its lease is renewed from here', async () => {
    const elsewhere = await openWriter(cluster)
    const begun = await elsewhere.begin()
    await begun.writeEvent('there', { routingKey: 'k' })
    await elsewhere.close({ force: true })
    const transaction = await writer.getTransaction(begun.id.toUpperCase())
    expect(transaction).toMatchObject({ id: begun.id, state: 'open' })
    await cluster.clock.advance(60_000)
    await transaction.writeEvent('here', { routingKey: 'k' })
    await transaction.commit({ wait: true })
    expect(cluster.events).toEqual(['there', 'here'])
    expect(cluster.calls).toContain('getEpochSegments 0')
  })

  test('is renewed at once: nobody knows how much of its lease is left', async () => {
    const begun = await (await openWriter(cluster)).begin()
    const pings = cluster.count('pingTransaction')
    await writer.getTransaction(begun.id)
    await cluster.clock.advance(1)
    expect(cluster.count('pingTransaction')).toBe(pings + 1)
  })

  test.each(['commit', 'abort'] as const)('is given after %s too, and says how it has ended', async how => {
    const begun = await writer.begin()
    await begun[how]()
    const transaction = await writer.getTransaction(begun.id)
    const outcome = how === 'commit' ? 'committed' : 'aborted'
    expect(transaction.state).toBe(outcome)
    expect(await transaction.checkStatus()).toBe(outcome)
    expect(await failureOf(transaction.writeEvent('late'))).toMatchObject({ details: { outcome } })
    await transaction[how]()
    await transaction.close()
  })

  test('that nobody knows is refused, as is what is no id', async () => {
    expect(await failureOf(writer.getTransaction('00000000-0000-0000-0000-0000000000ff'))).toMatchObject({
      code: 'TRANSACTION_NOT_FOUND',
    })
    expect(await failureOf(writer.getTransaction('mine'))).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('closing a writer', () => {
  test('aborts what it began, waits for what is being committed, and lets go of what others began', async () => {
    const foreign = await (await openWriter(cluster)).begin()
    const [open, committing] = [await writer.begin(), await writer.begin()]
    const taken = await writer.getTransaction(foreign.id)
    await taken.writeEvent('taken')
    cluster.held = true
    void committing.writeEvent('committed')
    const committed = committing.commit()
    await turn()
    const closed = writer.close()
    await turn()
    cluster.held = false
    cluster.step()
    await Promise.all([closed, committed])
    const statusOf = (id: string): unknown => cluster.transactions.get(id)?.status
    expect([open, committing, foreign].map(({ id }) => statusOf(id))).toEqual(['aborted', 'committed', 'open'])
    expect(await failureOf(writer.begin())).toMatchObject({ code: 'CLOSED' })
    await writer.close()
  })

  test('does not mind transactions that somebody else has ended', async () => {
    const [committed, aborted, unknown] = [await writer.begin(), await writer.begin(), await writer.begin()]
    cluster.commit(committed.id)
    cluster.abort(aborted.id)
    cluster.transactions.delete(unknown.id)
    await writer.close()
    expect([committed, aborted, unknown].map(({ state }) => state)).toEqual(['committed', 'aborted', 'lost'])
  })

  test('by force waits for nothing: the leases end what is open', async () => {
    const transaction = await writer.begin()
    cluster.held = true
    const written = failureOf(transaction.writeEvent('event'))
    await writer.close({ force: true })
    expect(await written).toMatchObject({ code: 'CLOSED' })
    expect(cluster.count('abortTransaction')).toBe(0)
    expect(cluster.clock.alarms).toBe(0)
  })

  test('ends all timers and connections', async () => {
    const transaction = await writer.begin()
    await transaction.writeEvent('event')
    await writer.close()
    expect(cluster.clock.alarms).toBe(0)
    expect([...cluster.writers].every(({ state }) => state === 'closed')).toBe(true)
  })

  test('is done by the client before it closes', async () => {
    const transaction = await writer.begin()
    for (const close of cluster.dependents) await close({})
    expect(cluster.transactions.get(transaction.id)?.status).toBe('aborted')
    expect(cluster.dependents.size).toBe(0)
  })

  test('while a transaction begins aborts that one too', async () => {
    const beginning = failureOf(writer.begin())
    await writer.close()
    expect(await beginning).toMatchObject({ code: 'CLOSED' })
    expect([...cluster.transactions.values()].map(({ status }) => status)).toEqual(['aborted'])
  })
})

describe('times', () => {
  test('of a commit are noted under the name of the writer', async () => {
    const named = await openWriter(cluster, { writerId: 'me' })
    const transaction = await named.begin()
    await transaction.commit({ timestamp: 7 })
    expect(cluster.noted).toEqual([['me', 7, undefined]])
    await named.close()
    expect(cluster.removed).toEqual(['me'])
  })

  test('are noted at the ends of the segments, behind what is being committed', async () => {
    const transaction = await writer.begin()
    await transaction.writeEvents(['event'], { routingKey: 'k' })
    cluster.slow = true
    await transaction.commit()
    const noted = writer.noteTime(9)
    await turn()
    cluster.publish()
    await noted
    const [, time, position] = cluster.noted[0] ?? []
    expect(time).toBe(9)
    expect([...(position ?? new Map()).values()].sort()).toEqual([0n, 13n])
  })

  test.each([Number.NaN, 1.5, 2n ** 63n])('%s is refused before the commit', async timestamp => {
    const transaction = await writer.begin()
    expect(await failureOf(transaction.commit({ timestamp }))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(transaction.state).toBe('open')
  })

  test('that were never noted leave no writer to be removed', async () => {
    await (await writer.begin()).commit()
    await writer.close()
    expect(cluster.removed).toEqual([])
  })
})

test('what has ended is not held by its writer, whoever keeps its handle', async () => {
  for (let n = 0; n < 50; n++) {
    const [committed, aborted] = [await writer.begin(), await writer.begin()]
    await committed.commit()
    await aborted.abort()
  }
  expect(cluster.dependents.size).toBe(1)
  const asked = cluster.calls.length
  await writer.close()
  expect(cluster.calls.length).toBe(asked)
})
