import { createHash, randomFillSync } from 'node:crypto'
import { ClientFactory } from '@pravega-ts/client'
import { ScopedStream } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { seededRandom } from '../../src/random.ts'

const seed = Number(process.env['PRAVEGA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
const TOTAL_BYTES = 16 * 1024 * 1024
/** Less than one answer of full length on average, so that a reader must ask for less to get anywhere. */
const MEAN_BYTES_TO_CUT = 400_000

describeEngines(`a reader whose connection is cut all the time (PRAVEGA_TEST_SEED=${seed})`, engine => {
  it('gets every byte once and in order, while they are written', async () => {
    const random = seededRandom(seed)
    await using proxy = await FaultProxy.start(() =>
      random() < 0.1
        ? { ...UNHARMED, cutAfterSentBytes: 1 + Math.floor(random() * 200) }
        : { ...UNHARMED, cutAfterReceivedBytes: 1 + Math.floor(random() * 2 * MEAN_BYTES_TO_CUT) },
    )
    await using direct = await ClientFactory.create(engine.controllerUri)
    await using factory = await ClientFactory.create(engine.controllerUri, { dial: proxy.dial })
    const stream = new ScopedStream(uniqueName('reader-cuts'), 'bytes')
    await direct.streamManager().createScope(stream.scope)
    await direct.streamManager().createStream(stream)

    const sent = createHash('sha256')
    const write = async (): Promise<void> => {
      await using writer = await direct.createByteWriter(stream)
      for (let done = 0; done < TOTAL_BYTES; ) {
        const block = randomFillSync(Buffer.alloc(1 + Math.floor(random() * 500_000)))
        sent.update(block)
        await writer.write(block)
        done += block.length
      }
      await writer.seal()
    }
    const received = createHash('sha256')
    const read = async (): Promise<void> => {
      await using reader = await factory.createByteReader(stream)
      for await (const piece of reader) received.update(piece)
    }
    await Promise.all([write(), read()])
    expect(proxy.cuts).toBeGreaterThan(20)
    expect(received.digest('hex')).toBe(sent.digest('hex'))
  })
})
