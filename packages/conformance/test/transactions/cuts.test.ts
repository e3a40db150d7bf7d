import { setTimeout as sleep } from 'node:timers/promises'
import { ClientFactory } from '@pravega-ts/client'
import { PravegaError } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { seededRandom } from '../../src/random.ts'
import { BreakableController } from './breakable-controller.ts'
import { TransactionScene } from './transaction-scene.ts'

const RUNS = 100
const EVENTS = 30
const PADDING = '.'.repeat(1_000)
/** Transactions that are under way at once. */
const LINES = 10
const MEAN_BYTES_TO_CUT = 20_000
const REPLY_BYTES_TO_CUT = 300
/** Every other end is asked for over a connection that breaks within so many milliseconds. */
const MS_TO_CONTROLLER_CUT = 20

const seed = Number(process.env['PRAVEGA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

interface Told {
  readonly id: string
  readonly outcome: unknown
}

describeEngines(`transactions whose connections are cut at random (PRAVEGA_TEST_SEED=${seed})`, engine => {
  it(`are committed once or not at all, and the caller is told which (${RUNS} runs)`, async () => {
    const random = seededRandom(seed)
    await using scene = await TransactionScene.open(engine, 'cut')
    const stream = await scene.stream(2)
    await using segments = await FaultProxy.start(() =>
      random() < 0.25
        ? { ...UNHARMED, cutAfterReceivedBytes: 1 + Math.floor(random() * REPLY_BYTES_TO_CUT) }
        : { ...UNHARMED, cutAfterSentBytes: 1 + Math.floor(random() * 2 * MEAN_BYTES_TO_CUT) },
    )
    await using controller = await BreakableController.start(engine.controllerUri)
    const factory = await ClientFactory.create(controller.uri, { dial: segments.dial })
    const writer = await scene.writer(stream, { clients: factory, retry: { maxDelayMs: 100 } })

    const told: Told[] = []
    let left = RUNS
    const run = async (): Promise<void> => {
      while (left-- > 0) {
        const transaction = await writer.begin({ timeoutMs: 20_000 })
        const { id } = transaction
        for (let n = 0; n < EVENTS; n++) {
          void transaction.writeEvent(`${id}:${n}|${PADDING}`, { routingKey: `${n % 5}` })
          if (n % 10 === 0) await sleep(random() * 4)
        }
        if (random() < 0.5) setTimeout(() => controller.cutAll(), random() * MS_TO_CONTROLLER_CUT)
        // Every fifth is aborted, half of those behind the back of the one that commits.
        const fate = random()
        if (fate < 0.1) await (await writer.getTransaction(id)).abort()
        const ending =
          fate < 0.1 || fate >= 0.2 ? transaction.commit({ wait: true, timeoutMs: 30_000 }) : transaction.abort()
        const outcome = await ending.then(
          () => (fate < 0.1 || fate >= 0.2 ? 'committed' : 'aborted'),
          (error: unknown) => PravegaError.from(error).details['outcome'] ?? error,
        )
        told.push({ id, outcome })
      }
    }
    await Promise.all(Array.from({ length: LINES }, run))
    await writer.close({ force: true })
    await factory.close({ force: true })

    expect(segments.cuts).toBeGreaterThan(RUNS / 2)
    expect(controller.cuts).toBeGreaterThanOrEqual(RUNS / 5)
    const events = (await scene.contents(stream)).flat().map(event => event.slice(0, event.indexOf('|')))
    for (const { id, outcome } of told) {
      const status = await scene.factory.controller.checkTransactionState(stream, id)
      expect({ id, outcome }).toEqual({ id, outcome: status })
      const own = events.filter(event => event.startsWith(id)).sort()
      const all = Array.from({ length: EVENTS }, (_, n) => `${id}:${n}`).sort()
      expect(own).toEqual(status === 'committed' ? all : [])
    }
    expect(told.filter(({ outcome }) => outcome === 'committed').length).toBeGreaterThan(RUNS / 2)
  }, 240_000)
})
