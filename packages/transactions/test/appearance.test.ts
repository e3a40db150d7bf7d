import { ScopedSegment } from '@pravega-ts/model'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Transaction } from '../src/index.ts'
import { CommitPace } from '../src/outcome/commit-pace.ts'
import type { StreamTransactionalWriter } from '../src/stream-transactional-writer.ts'
import { MemoryCluster } from './support/memory-cluster.ts'
import { failureOf, openWriter } from './support/writers.ts'

let cluster: MemoryCluster
let writer: StreamTransactionalWriter<string>

async function open(segments: number): Promise<void> {
  cluster = new MemoryCluster(segments)
  writer = await openWriter(cluster)
}

beforeEach(() => open(2))
afterEach(() => writer.close({ force: true }))

function segmentOf(n: number, transaction?: Transaction<string>): { deleted: boolean; sealed: boolean } {
  const segment = ScopedSegment.of('s', 't', n, 0)
  const found = cluster.segments.get(
    String(transaction === undefined ? segment : segment.inTransaction(transaction.id)),
  )
  if (found === undefined) throw new Error('there is no such segment')
  return found
}

async function accepted(): Promise<Transaction<string>> {
  const transaction = await writer.begin()
  void transaction.writeEvent('event')
  cluster.slow = true
  await transaction.commit()
  return transaction
}

/** Whether waiting for the events of a transaction comes to an end. */
async function appears(transaction: Transaction<string>): Promise<boolean> {
  try {
    await transaction.commit({ wait: true, timeoutMs: 40 })
    return true
  } catch {
    return false
  }
}

function questions(name: string): number {
  return cluster.calls.filter(call => call.startsWith(name)).length
}

describe('the events of a committed transaction can be read', () => {
  test('when its segments are gone and those of the stream take appends; the controller is not asked', async () => {
    const transaction = await accepted()
    segmentOf(1, transaction).deleted = true
    expect(await appears(transaction)).toBe(false)
    segmentOf(0, transaction).deleted = true
    expect(await appears(transaction)).toBe(true)
    expect(transaction.state).toBe('committed')
    expect(questions('checkTransactionState')).toBe(0)
  })

  test('when the controller says so, where the stream was scaled meanwhile', async () => {
    const transaction = await accepted()
    for (const n of [0, 1]) segmentOf(n, transaction).deleted = true
    segmentOf(1).sealed = true
    expect(await appears(transaction)).toBe(false)
    expect(transaction.state).toBe('committing')
    cluster.publish()
    expect(await appears(transaction)).toBe(true)
  })

  test('not when the stream is gone', async () => {
    const transaction = await accepted()
    for (const n of [0, 1]) {
      segmentOf(n, transaction).deleted = true
      segmentOf(n).deleted = true
    }
    expect(await appears(transaction)).toBe(false)
    cluster.transactions.clear()
    expect(await failureOf(transaction.commit({ wait: true }))).toMatchObject({ details: { outcome: 'committing' } })
  })

  test('when the controller says so, where the segment stores say nothing; they are left alone for a while', async () => {
    cluster.storesFail = true
    const transaction = await accepted()
    expect(await appears(transaction)).toBe(false)
    cluster.publish()
    expect(await appears(transaction)).toBe(true)
    expect(questions('getInfo')).toBe(1)
  })

  test('when the controller says so, where there are many segments', async () => {
    await writer.close({ force: true })
    await open(9)
    const transaction = await accepted()
    cluster.publish()
    expect(await appears(transaction)).toBe(true)
    expect(questions('getInfo')).toBe(0)
  })
})

describe('the pace of questions', () => {
  test('begins shortly before a commit of the usual duration is carried out', () => {
    const pace = new CommitPace()
    expect(pace.first(0)).toBe(0)
    for (let n = 0; n < 30; n++) pace.took(50)
    expect(pace.first(0)).toBeCloseTo(30)
    expect(pace.first(20)).toBeCloseTo(10)
    expect(pace.first(200)).toBe(0)
    for (let n = 0; n < 30; n++) pace.took(10)
    expect(pace.first(0)).toBeLessThan(7)
  })

  test('slows down with the time that is waited, to two questions a second', () => {
    const pace = new CommitPace()
    expect([0, 5, 50, 100_000].map(elapsed => pace.next(elapsed))).toEqual([1, 1, 5, 500])
    pace.took(1_000_000)
    expect(pace.first(0)).toBe(500)
  })
})
