import { utf8Serializer } from '@pravega-ts/client'
import { it } from 'vitest'
import type { ForeignRust } from '../../../src/foreign-rust.ts'
import { EventLedger } from '../../events/event-ledger.ts'
import { keyedEvents, type Stage } from '../stage.ts'

const SOON = { timeout: 20_000, interval: 100 }

export function rustTransactions({ other: rust, open }: Stage<ForeignRust>): void {
  const status = (transaction: string): Promise<string> => rust.request('transactions.status', { transaction })

  it('transactions: committed over a scale they are whole, aborted there is nothing; pings are answered', async ({
    expect,
  }) => {
    await using scene = await open('rust-txn')
    const stream = await scene.stream()
    await scene.manager.scaleStreamTo(stream, 2)
    const name = String(stream)
    const reader = await scene.reader(await scene.group([stream]))
    const begin = (): Promise<string> => rust.request('transactions.begin', { stream: name })
    const [committed, aborted] = [await begin(), await begin()]
    expect(await status(committed)).toBe('Open')
    await rust.request('transactions.write', { transaction: committed, events: keyedEvents('c', 10, 10) })
    await rust.request('transactions.write', { transaction: aborted, events: keyedEvents('a', 10, 10) })
    const ping = { stream: name, transaction: committed, leaseMs: 30_000 }
    expect(await rust.request('transactions.ping', ping)).toBe('Ok')
    await scene.manager.scaleStreamTo(stream, 4)
    await rust.request('transactions.abort', { transaction: aborted })
    await rust.request('transactions.commit', { transaction: committed })
    await expect.poll(() => status(committed), SOON).toBe('Committed')
    await expect.poll(() => status(aborted), SOON).toBe('Aborted')
    await expect(
      rust.request('transactions.write', { transaction: aborted, events: [{ event: 'x' }] }),
    ).rejects.toMatchObject({
      exception: 'TxnClosed',
    })
    await rust.request('events.writeKeyed', { stream: name, prefix: 'after', count: 10, keys: 2 })
    const ledger = new EventLedger()
    for (const event of await scene.take(reader, 110)) ledger.note('ours', event)
    expect([ledger.count, ...ledger.faults, ...ledger.gaps()]).toEqual([110])
    const { controller } = scene.factory
    expect(await controller.checkTransactionState(stream, committed)).toBe('committed')
    expect(await controller.checkTransactionState(stream, aborted)).toBe('aborted')
  })

  it('a transaction of Rust that we write to and commit', async ({ expect }) => {
    await using scene = await open('rust-shared-txn')
    const stream = await scene.stream(2)
    const name = String(stream)
    const theirs = await rust.request<string>('transactions.begin', { stream: name })
    await rust.request('transactions.write', { transaction: theirs, events: [{ key: 't', event: 't:0' }] })
    await using writer = await scene.factory.createTransactionalEventWriter(stream, { serializer: utf8Serializer })
    const taken = await writer.getTransaction(theirs)
    // What Rust's write has returned from need not be in the transaction yet.
    const written = async (): Promise<boolean> => {
      const { segments } = await scene.factory.controller.getCurrentSegments(stream)
      const infos = segments.map(({ segment }) => scene.factory.segmentStore.getInfo(segment.inTransaction(theirs)))
      return (await Promise.all(infos)).some(({ writeOffset }) => writeOffset > 0n)
    }
    await expect.poll(written, SOON).toBe(true)
    await taken.writeEvent('t:1', { routingKey: 't' })
    await taken.commit()
    await expect.poll(() => status(theirs), SOON).toBe('Committed')
    const reader = await scene.reader(await scene.group([stream]))
    expect(await scene.take(reader, 2)).toEqual(['t:0', 't:1'])
  })
}
