import { StreamCut, utf8Serializer } from '@pravega-ts/client'
import { it } from 'vitest'
import type { ForeignJava } from '../../../src/foreign-java.ts'
import { EventLedger } from '../../events/event-ledger.ts'
import { keyedEvents, type Stage } from '../stage.ts'

/** The shortest lease that servers take. */
const LEASE_MS = 10_000
const SOON = { timeout: 20_000, interval: 100 }

export function javaTransactions({ other: java, open }: Stage<ForeignJava>): void {
  const begin = (stream: string): Promise<string> => java.request('beginTransaction', { stream, leaseMs: LEASE_MS })
  const write = (transaction: string, events: readonly { key?: string; event: string }[]): Promise<boolean> =>
    java.request('transactionWrite', { transaction, events })
  const status = (transaction: string): Promise<string> => java.request('transactionStatus', { transaction })

  it('a transaction: nothing is read before its commit, then all of it; nothing of one that is aborted', async ({
    expect,
  }) => {
    await using scene = await open('java-commit')
    const stream = await scene.stream(4)
    const name = String(stream)
    const reader = await scene.reader(await scene.group([stream]))
    const committed = await begin(name)
    const aborted = await begin(name)
    expect(await status(committed)).toBe('OPEN')
    await write(committed, keyedEvents('c', 10, 10))
    await write(aborted, keyedEvents('a', 10, 10))
    await java.writeKeyed(name, { prefix: 'plain', count: 20, keys: 5 })
    expect((await scene.take(reader, 20)).every(event => event.startsWith('plain'))).toBe(true)

    await java.request('abortTransaction', { transaction: aborted })
    await expect.poll(() => status(aborted), SOON).toBe('ABORTED')
    await expect(write(aborted, [{ event: 'late' }])).rejects.toMatchObject({ exception: 'TxnFailedException' })
    await java.request('commitTransaction', { transaction: committed })
    await expect.poll(() => status(committed), SOON).toBe('COMMITTED')
    await expect(java.request('commitTransaction', { transaction: committed })).rejects.toMatchObject({
      exception: 'TxnFailedException',
    })
    const ledger = new EventLedger()
    for (const event of await scene.take(reader, 100)) ledger.note('ours', event)
    expect([ledger.count, ...ledger.faults, ...ledger.gaps()]).toEqual([100])
    expect((await scene.manager.getStreamInfo(stream)).epoch).toBe(0)
  })

  it('transactions that are open over scales: each is whole, with its order', async ({ expect }) => {
    await using scene = await open('java-rolling')
    const stream = await scene.stream()
    await scene.manager.scaleStreamTo(stream, 2)
    const name = String(stream)
    const reader = await scene.reader(await scene.group([stream]))
    const [first, second] = [await begin(name), await begin(name)]
    await write(first, keyedEvents('f', 5, 10))
    await scene.manager.scaleStreamTo(stream, 4)
    await write(first, [{ key: 'f0', event: 'f0:10' }])
    await write(second, keyedEvents('s', 5, 10))
    const third = await begin(name)
    await write(third, keyedEvents('t', 5, 10))
    await scene.manager.scaleStreamTo(stream, 1)
    for (const transaction of [second, first, third]) await java.request('commitTransaction', { transaction })
    for (const transaction of [first, second, third])
      await expect.poll(() => status(transaction), SOON).toBe('COMMITTED')
    await java.writeKeyed(name, { prefix: 'after', count: 10, keys: 2 })
    const ledger = new EventLedger()
    for (const event of await scene.take(reader, 161)) ledger.note('ours', event)
    expect([ledger.count, ...ledger.faults, ...ledger.gaps()]).toEqual([161])
    const info = await java.request<{ tail: string }>('streamInfo', { stream: name })
    expect(StreamCut.fromText(info.tail).equals(await scene.manager.getTail(stream))).toBe(true)
  })

  it('one transaction of both: begun by either, written to by both, committed by the other', async ({ expect }) => {
    await using scene = await open('java-shared-txn')
    const stream = await scene.stream(2)
    const name = String(stream)
    await using writer = await scene.factory.createTransactionalEventWriter(stream, { serializer: utf8Serializer })
    const reader = await scene.reader(await scene.group([stream]))
    const ours = await writer.begin()
    await ours.writeEvent('o:0', { routingKey: 'o' })
    await ours.flush()
    expect(await java.request('getTransaction', { stream: name, transaction: ours.id })).toBe('OPEN')
    await write(ours.id, [{ key: 'o', event: 'o:1' }])
    await java.request('commitTransaction', { transaction: ours.id })
    await expect.poll(() => ours.checkStatus(), SOON).toBe('committed')

    const theirs = await begin(name)
    await write(theirs, [{ key: 't', event: 't:0' }])
    const taken = await writer.getTransaction(theirs)
    await taken.writeEvent('t:1', { routingKey: 't' })
    await taken.commit()
    await expect.poll(() => status(theirs), SOON).toBe('COMMITTED')
    const ledger = new EventLedger()
    for (const event of await scene.take(reader, 4)) ledger.note('ours', event)
    expect([ledger.count, ...ledger.faults, ...ledger.gaps()]).toEqual([4])
  })

  it('a sealed stream has no transactions', async ({ expect }) => {
    await using scene = await open('java-sealed-txn')
    const stream = await scene.stream()
    const orphan = await begin(String(stream))
    await scene.manager.sealStream(stream)
    await expect.poll(() => status(orphan), SOON).toBe('ABORTED')
  })
}
