import { ClientFactory } from '@pravega-ts/client'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { seededRandom } from '../../src/random.ts'
import { EventLedger } from './event-ledger.ts'
import { EventScene } from './event-scene.ts'

const WRITERS = ['w0', 'w1']
/** At least; they go on while the stream is scaled. */
const EVENTS_EACH = 50_000
const SCALE_EVERY = 20_000
const KEYS_EACH = 100
const CUTS = 50
/** Small blocks, few of them on their way: the cuts meet all phases of a block. */
const IN_FLIGHT_BYTES = 64 * 1024
const MEAN_BYTES_TO_CUT = 100_000
const REPLY_BYTES_TO_CUT = 700
const PADDING = '.'.repeat(80)

const seed = Number(process.env['PRAVEGA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

describeEngines(`two writers, a scale up, a scale down and ${CUTS} cuts (PRAVEGA_TEST_SEED=${seed})`, engine => {
  it(`lose, double and reorder none of ${WRITERS.length * EVENTS_EACH} events (user-asks: events out of order when a segment is sealed under the writer)`, async () => {
    const random = seededRandom(seed)
    await using scene = await EventScene.open(engine, 'writers')
    await using proxy = await FaultProxy.start(() => {
      if (proxy.cuts >= CUTS) return UNHARMED
      // Every fourth cut loses replies on their way back: the events have arrived and their acknowledgement has not.
      return random() < 0.25
        ? { ...UNHARMED, cutAfterReceivedBytes: 1 + Math.floor(random() * REPLY_BYTES_TO_CUT) }
        : { ...UNHARMED, cutAfterSentBytes: 1 + Math.floor(random() * 2 * MEAN_BYTES_TO_CUT) }
    })
    const stream = await scene.stream(2)
    const group = await scene.group([stream])
    const reader = await scene.reader(group)
    const ledger = new EventLedger()
    const reading = (async (): Promise<void> => {
      for await (const batch of reader.batches()) {
        for (const event of batch) ledger.note('reader', event.value.slice(0, event.value.indexOf('|')))
      }
    })()

    let written = 0
    let scaled = false
    const write = async (name: string): Promise<void> => {
      await using factory = await ClientFactory.create(engine.controllerUri, { dial: proxy.dial })
      await using writer = await scene.writer(stream, { factory, maxInFlightBytes: IN_FLIGHT_BYTES })
      for (let n = 0; n < EVENTS_EACH || !scaled || proxy.cuts < CUTS; n++, written++) {
        const routingKey = `${name}-${n % KEYS_EACH}`
        void writer.writeEvent(`${routingKey}:${Math.floor(n / KEYS_EACH)}|${PADDING}`, { routingKey })
        if (!writer.hasRoom) await writer.ready()
      }
      await writer.flush()
    }
    const scale = async (): Promise<void> => {
      await ledger.reached(SCALE_EVERY)
      await scene.manager.scaleStreamTo(stream, 5)
      await ledger.reached(written + SCALE_EVERY)
      await scene.manager.scaleStreamTo(stream, 2)
      await ledger.reached(written + SCALE_EVERY)
      scaled = true
    }
    await Promise.all([...WRITERS.map(write), scale()])
    await ledger.reached(written)
    await reader.close()
    await reading
    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
    expect(ledger.count).toBe(written)
    expect((await scene.manager.getStreamInfo(stream)).epoch).toBe(2)
  }, 240_000)
})
