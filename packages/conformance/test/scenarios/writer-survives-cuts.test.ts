import { createHash } from 'node:crypto'
import { ClientFactory } from '@pravega-ts/client'
import { ScopedStream } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { seededRandom } from '../../src/random.ts'

const MIB = 1024 * 1024
const TOTAL_BYTES = 64 * MIB
const CUTS = 100
/** A cut every 600 KB on average: a hundred of them fall within the 64 MiB. */
const MEAN_BYTES_TO_CUT = 600_000
const REPLY_BYTES_TO_CUT = 700

const seed = Number(process.env['PRAVEGA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

describeEngines(`a writer whose connection is cut ${CUTS} times (PRAVEGA_TEST_SEED=${seed})`, engine => {
  it.each([
    { mode: 'exclusive', shared: false },
    { mode: 'shared', shared: true },
  ])(
    'loses, doubles and reorders nothing ($mode)',
    async ({ shared }) => {
      const random = seededRandom(seed)
      await using proxy = await FaultProxy.start(() => {
        if (proxy.cuts >= CUTS) return UNHARMED
        // Every fourth cut loses replies on their way back: the data has arrived and its acknowledgement has not.
        return random() < 0.25
          ? { ...UNHARMED, cutAfterReceivedBytes: 1 + Math.floor(random() * REPLY_BYTES_TO_CUT) }
          : { ...UNHARMED, cutAfterSentBytes: 1 + Math.floor(random() * 2 * MEAN_BYTES_TO_CUT) }
      })
      await using direct = await ClientFactory.create(engine.controllerUri)
      const stream = new ScopedStream(uniqueName('cuts'), 'bytes')
      await direct.streamManager().createScope(stream.scope)
      await direct.streamManager().createStream(stream)

      const sent = createHash('sha256')
      {
        await using factory = await ClientFactory.create(engine.controllerUri, { dial: proxy.dial })
        await using writer = await factory.createByteWriter(stream, { shared })
        for (let done = 0; done < TOTAL_BYTES || proxy.cuts < CUTS; ) {
          const block = Buffer.alloc(4 + Math.floor(random() * 256 * 1024))
          for (let n = 0; n < block.length; n += 4)
            block.writeUInt32LE(Math.floor(random() * 2 ** 32), Math.min(n, block.length - 4))
          sent.update(block)
          await writer.write(block)
          done += block.length
        }
        await writer.flush()
        await writer.seal()
      }
      expect(proxy.cuts).toBe(CUTS)

      await using reader = await direct.createByteReader(stream)
      const received = createHash('sha256')
      for await (const bytes of reader) received.update(bytes)
      expect(received.digest('hex')).toBe(sent.digest('hex'))
    },
    300_000,
  )
})
