import type { Transaction } from '@pravega-ts/transactions'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { EventLedger } from '../events/event-ledger.ts'
import { EventScene } from '../events/event-scene.ts'
import { TransactionScene } from './transaction-scene.ts'

const WRITERS = ['w0', 'w1']
const TRANSACTIONS = 100
const EVENTS = 50
const KEYS = 20
/** Transactions that a writer has open at once. They are committed in the order in which they were begun. */
const WINDOW = 4
const SCALES = [
  { at: TRANSACTIONS / 3, segments: 5 },
  { at: (2 * TRANSACTIONS) / 3, segments: 2 },
] as const

describeEngines('two writers whose stream is scaled up and down in the middle of their transactions', engine => {
  it(`lose, double and reorder none of ${WRITERS.length * TRANSACTIONS * EVENTS} events`, async () => {
    await using scene = await TransactionScene.open(engine, 'scaled')
    await using reading = await EventScene.open(engine, 'scaled-reader')
    const stream = await scene.stream(2)
    const reader = await reading.reader(await reading.group([stream]))
    const ledger = new EventLedger()
    const read = (async (): Promise<void> => {
      for await (const event of reader) ledger.note('reader', event.value)
    })()

    const scaled = SCALES.map(() => Promise.withResolvers<void>())
    let arrived = 0
    /** Both writers have transactions open when the stream is scaled, and go on with them when it is. */
    const scale = async (n: number, segments: number): Promise<void> => {
      arrived += 1
      if (arrived % WRITERS.length === 0) {
        await scene.manager.scaleStreamTo(stream, segments)
        scaled[n]?.resolve()
      }
      await scaled[n]?.promise
    }
    const write = async (name: string): Promise<void> => {
      const writer = await scene.writer(stream)
      const open: Transaction<string>[] = []
      const numbers = new Map<string, number>()
      for (let t = 0; t < TRANSACTIONS; t++) {
        const transaction = await writer.begin()
        open.push(transaction)
        for (let n = 0; n < EVENTS; n++) {
          const routingKey = `${name}-${n % KEYS}`
          const number = numbers.get(routingKey) ?? 0
          numbers.set(routingKey, number + 1)
          void transaction.writeEvent(`${routingKey}:${number}`, { routingKey })
        }
        const due = SCALES.findIndex(({ at }) => t === Math.floor(at))
        const { segments } = SCALES[due] ?? {}
        if (segments !== undefined) await scale(due, segments)
        if (open.length === WINDOW) await open.shift()?.commit()
      }
      for (const transaction of open) await transaction.commit({ wait: true })
    }
    await Promise.all(WRITERS.map(write))
    await ledger.reached(WRITERS.length * TRANSACTIONS * EVENTS)
    await reader.close()
    await read
    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
    expect(ledger.count).toBe(WRITERS.length * TRANSACTIONS * EVENTS)
    // Two scales, and two epochs for each of the rolls that brought the open transactions in.
    expect((await scene.manager.getStreamInfo(stream)).epoch).toBeGreaterThanOrEqual(6)
  }, 120_000)
})
