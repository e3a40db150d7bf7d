import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClientFactory } from '@pravega-ts/client'
import { DIAGNOSTICS, type PingMessage } from '@pravega-ts/transactions'
import { describe, expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { eventually, failureOf, LEASE_MS, TransactionScene } from './transaction-scene.ts'

const TRANSACTIONS = 20
const EVENTS = 10
const HELD_MS = 60_000

// Nearly all of it is waiting, so that all cases wait together.
describe.concurrent('on all engines', () =>
  describeEngines('leases', engine => {
    it(`of ${TRANSACTIONS} transactions at once are renewed several times each, as long as the writer lives (incumbents: txn-lease)`, async () => {
      await using scene = await TransactionScene.open(engine, 'leases')
      const stream = await scene.stream(2)
      const pings = new Map<string, number>()
      const listen = (message: unknown): void => {
        const ping = message as PingMessage
        if (ping.stream !== String(stream)) return
        pings.set(ping.transactionId, (pings.get(ping.transactionId) ?? 0) + 1)
      }
      subscribe(DIAGNOSTICS.ping, listen)
      const writer = await scene.writer(stream)
      const transactions = await Promise.all(Array.from({ length: TRANSACTIONS }, () => writer.begin()))
      await Promise.all(
        transactions.map((transaction, t) =>
          transaction.writeAll(Array.from({ length: EVENTS }, (_, n) => ({ event: `${t}:${n}` }))),
        ),
      )
      await sleep(HELD_MS)
      for (const { id, state } of transactions) {
        expect(state).toBe('open')
        expect(pings.get(id)).toBeGreaterThanOrEqual(Math.floor(HELD_MS / LEASE_MS) * 2)
      }
      await Promise.all(transactions.map(transaction => transaction.commit({ wait: true })))
      expect((await scene.contents(stream)).flat()).toHaveLength(TRANSACTIONS * EVENTS)
      // More than an interval later nobody has been pinged (#3463).
      const before = new Map(pings)
      await sleep(4_000)
      unsubscribe(DIAGNOSTICS.ping, listen)
      expect(pings).toEqual(before)
    })

    it('of a writer that was killed run out: the server aborts', async () => {
      await using scene = await TransactionScene.open(engine, 'killed')
      const stream = await scene.stream()
      const factory = await ClientFactory.create(engine.controllerUri)
      const killed = await scene.writer(stream, { clients: factory })
      const transaction = await killed.begin()
      await transaction.writeEvent('half done')
      await killed.close({ force: true })
      await factory.close({ force: true })
      const writer = await scene.writer(stream)
      // One that asks does not renew.
      const { controller } = scene.factory
      expect(await controller.checkTransactionState(stream, transaction.id)).toBe('open')
      expect(await eventually(() => controller.checkTransactionState(stream, transaction.id), 'aborted')).toBe(
        'aborted',
      )
      const found = await writer.getTransaction(transaction.id)
      expect(await failureOf(found.commit({ timeoutMs: 10_000 }))).toMatchObject({ details: { outcome: 'aborted' } })
      expect((await scene.contents(stream)).flat()).toEqual([])
    })

    it('of a transaction that another process goes on with are renewed by that one', async () => {
      await using scene = await TransactionScene.open(engine, 'handed-over')
      const stream = await scene.stream()
      const [first, second] = [await scene.writer(stream), await scene.writer(stream)]
      const begun = await first.begin()
      await begun.writeEvent('first', { routingKey: 'k' })
      await begun.close()
      const transaction = await second.getTransaction(begun.id)
      await sleep(LEASE_MS + 2_000)
      await transaction.writeEvent('second', { routingKey: 'k' })
      await transaction.commit({ wait: true })
      expect(await scene.contents(stream)).toEqual([['first', 'second']])
    })
  }))
