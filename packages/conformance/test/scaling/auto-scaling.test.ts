import { ScalingPolicy, ScopedStream } from '@pravega-ts/client'
import { EmbeddedServer, TestClock } from '@pravega-ts/embedded-server'
import type { Transaction } from '@pravega-ts/transactions'
import { describe, expect, it } from 'vitest'
import { EventLedger } from '../events/event-ledger.ts'
import { EventScene } from '../events/event-scene.ts'
import { TransactionScene } from '../transactions/transaction-scene.ts'

const MINUTE_MS = 60_000
/** The longest that servers take: the clock of these cases goes in minutes. */
const LEASE_MS = 600_000
const KEYS = 12
const BUSY_MINUTES = 14
const QUIET_MINUTES = 70
const BUSY_EVENTS = 1800
const QUIET_EVENTS = KEYS
const TRANSACTION_EVENTS = 2 * KEYS
/** Minutes for which a transaction is open: scales fall into them. */
const OPEN_MINUTES = 3

describe('a stream that its rates scale up and down (embedded only, as it takes an hour on the clock)', () => {
  it('keeps all events in order, those of transactions that were open meanwhile too', async () => {
    const clock = new TestClock()
    await using server = await EmbeddedServer.start({ clock })
    await using scene = await EventScene.open(server, 'auto-scaled')
    await using transactions = await TransactionScene.open(server, 'auto-scaled-transactions')
    const stream = new ScopedStream(scene.scope, 'stream')
    await scene.manager.createStream(stream, { scaling: ScalingPolicy.byEventRate(10, 2, 1) })
    const reader = await scene.reader(await scene.group([stream]))
    const ledger = new EventLedger()
    const read = (async (): Promise<void> => {
      for await (const event of reader) ledger.note('reader', event.value)
    })()

    const numbers = new Map<string, number>()
    const next = (name: string, n: number): { readonly text: string; readonly routingKey: string } => {
      const routingKey = `${name}-${n % KEYS}`
      const number = numbers.get(routingKey) ?? 0
      numbers.set(routingKey, number + 1)
      return { text: `${routingKey}:${number}`, routingKey }
    }
    const writer = await scene.writer(stream)
    const transactional = await transactions.writer(stream, { leaseMs: LEASE_MS })
    const open: Transaction<string>[] = []
    let written = 0
    let most = 0

    for (let minute = 0; minute < BUSY_MINUTES + QUIET_MINUTES; minute++) {
      const events = minute < BUSY_MINUTES ? BUSY_EVENTS : QUIET_EVENTS
      for (let n = 0; n < events; n++) {
        const { text, routingKey } = next('plain', n)
        void writer.writeEvent(text, { routingKey })
      }
      const transaction = await transactional.begin()
      open.push(transaction)
      for (let n = 0; n < TRANSACTION_EVENTS; n++) {
        const { text, routingKey } = next('transaction', n)
        void transaction.writeEvent(text, { routingKey })
      }
      await Promise.all([writer.flush(), transaction.flush()])
      if (open.length > OPEN_MINUTES) await open.shift()?.commit()
      written += events + TRANSACTION_EVENTS
      clock.advance(MINUTE_MS)
      await server.controller.settled()
      const { segments } = await scene.factory.controller.getCurrentSegments(stream)
      most = Math.max(most, segments.length)
    }
    for (const transaction of open) await transaction.commit({ wait: true })
    await ledger.reached(written)
    await reader.close()
    await read

    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
    expect(ledger.count).toBe(written)
    expect(most).toBeGreaterThan(1)
    const { segments } = await scene.factory.controller.getCurrentSegments(stream)
    expect(segments).toHaveLength(1)
    // One scale up, one down, and for each of them two more for the transactions that were open.
    expect((await scene.manager.getStreamInfo(stream)).epoch).toBeGreaterThanOrEqual(6)
  }, 60_000)
})
