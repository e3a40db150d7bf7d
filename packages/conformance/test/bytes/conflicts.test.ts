import { ClientFactory } from '@pravega-ts/client'
import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { seededRandom } from '../../src/random.ts'

const seed = Number(process.env['PRAVEGA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
const TOTAL_BYTES = 3_000_000
const CONFLICTS = 10
const FOREIGN = 0xff

describeEngines(`a writer beside another one, on a connection that is cut (PRAVEGA_TEST_SEED=${seed})`, engine => {
  it('knows exactly which of its bytes are in the stream', async () => {
    const random = seededRandom(seed)
    await using proxy = await FaultProxy.start(() =>
      random() < 0.5
        ? { ...UNHARMED, cutAfterReceivedBytes: 1 + Math.floor(random() * 600) }
        : { ...UNHARMED, cutAfterSentBytes: 1 + Math.floor(random() * 200_000) },
    )
    await using direct = await ClientFactory.create(engine.controllerUri)
    await using factory = await ClientFactory.create(engine.controllerUri, { dial: proxy.dial })
    const stream = new ScopedStream(uniqueName('conflicts'), 'bytes')
    await direct.streamManager().createScope(stream.scope)
    await direct.streamManager().createStream(stream)
    await using other = await direct.createByteWriter(stream, { shared: true })
    await using writer = await factory.createByteWriter(stream, { maxBlockBytes: 40_000, maxInFlightBytes: 100_000 })

    // What this writer takes for stored: [from, to) of the stream holds its bytes from `first` on.
    const stored: { from: bigint; to: bigint; first: number }[] = []
    let from = writer.currentOffset
    let first = 0
    let next = 0
    let conflicts = 0
    const byteAt = (index: number): number => (index * 7) % 255
    const settle = (): void => {
      const to = writer.currentOffset
      stored.push({ from, to, first })
      first += Number(to - from)
      next = first
      from = to
    }
    while (first < TOTAL_BYTES || conflicts < CONFLICTS) {
      try {
        for (let n = 0; n < 10; n++) {
          const length = 1 + Math.floor(random() * 30_000)
          const begin = next
          next += length
          await writer.write(Uint8Array.from({ length }, (_, index) => byteAt(begin + index)))
          if (random() < 0.03 && conflicts < CONFLICTS) await other.write(Buffer.alloc(40_000, FOREIGN))
        }
        await writer.flush()
        settle()
      } catch (error) {
        if (!PravegaError.is(error, 'CONDITIONAL_CHECK_FAILED')) throw error
        conflicts += 1
        await writer.reset()
        settle()
        await writer.seekToTail()
        from = writer.currentOffset
      }
    }
    await other.flush()
    expect(proxy.cuts).toBeGreaterThan(10)

    await using reader = await direct.createByteReader(stream)
    const content = Buffer.alloc(Number(await reader.currentTail()))
    for (let filled = 0; filled < content.length; ) filled += await reader.read(content.subarray(filled))
    for (const range of stored) {
      const [start, end] = [Number(range.from), Number(range.to)]
      const wrong = content.subarray(start, end).findIndex((byte, index) => byte !== byteAt(range.first + index))
      expect(wrong).toBe(-1)
      content.fill(FOREIGN, start, end)
    }
    expect(content.findIndex(byte => byte !== FOREIGN)).toBe(-1)
  })
})
