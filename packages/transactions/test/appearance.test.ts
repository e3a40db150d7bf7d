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
  /** What is found of a commit that takes so long: how many questions, and how much too late. */
  function wait(pace: CommitPace, durationMs: number): { readonly questions: number; readonly lateMs: number } {
    let at = pace.first(0)
    for (let questions = 1; ; questions++) {
      if (at >= durationMs) {
        pace.found(at, questions)
        return { questions, lateMs: at - durationMs }
      }
      at += pace.next(at)
    }
  }

  test.each([3, 12, 50, 400])('finds commits of %s ms soon, with few questions', durationMs => {
    const pace = new CommitPace()
    for (let n = 0; n < 100; n++) wait(pace, durationMs)
    const waits = Array.from({ length: 100 }, () => wait(pace, durationMs))
    expect(waits.reduce((sum, { questions }) => sum + questions, 0)).toBeLessThan(600)
    expect(Math.max(...waits.map(({ lateMs }) => lateMs))).toBeLessThan(1 + durationMs * 0.25)
  })

  test('comes down when commits become faster, however late they were found', () => {
    const pace = new CommitPace()
    for (let n = 0; n < 100; n++) wait(pace, 200)
    for (let n = 0; n < 40; n++) wait(pace, 10)
    expect(wait(pace, 10).lateMs).toBeLessThan(4)
  })

  test('slows down with the time that is waited, to two questions a second', () => {
    const pace = new CommitPace()
    expect([0, 5, 50, 100_000].map(elapsed => pace.next(elapsed))).toEqual([1, 1, 5, 500])
    expect(pace.first(0)).toBe(0)
    for (let n = 0; n < 100; n++) pace.found(1_000_000, 2)
    expect([0, 200, 700].map(elapsed => pace.first(elapsed))).toEqual([500, 300, 0])
  })
})
