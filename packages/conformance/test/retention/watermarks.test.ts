import { ClientFactory, ScalingPolicy } from '@pravega-ts/client'
import { type EventWriter, openEventWriter, utf8Serializer } from '@pravega-ts/event-client'
import { ScopedSegment, ScopedStream, watermarkStreamName } from '@pravega-ts/model'
import { decodeWatermark, type Watermark } from '@pravega-ts/reader-group'
import { openRevisionedStream } from '@pravega-ts/synchronizer'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'

/** Milliseconds within which both engines look at a stream twice. */
const TWO_ROUNDS = 30_000

describeEngines('watermarks', engine => {
  const scope = uniqueName('watermarks')
  let factory: ClientFactory
  beforeAll(async () => {
    factory = await ClientFactory.create(engine.controllerUri)
    await factory.streamManager().createScope(scope)
  })
  afterAll(() => factory.close())

  async function watermarksOf(stream: ScopedStream): Promise<Watermark[]> {
    const marks = new ScopedStream(scope, watermarkStreamName(stream.stream))
    const codec = { decode: decodeWatermark, encode: (): Uint8Array => new Uint8Array() }
    await using log = await openRevisionedStream(factory.segmentStore, marks, codec)
    const found: Watermark[] = []
    for await (const { value } of log.readFrom(await log.fetchOldestRevision())) found.push(value)
    return found
  }

  it('come from the times that writers note, with where the writers were then', {
    timeout: 3 * TWO_ROUNDS,
  }, async () => {
    const stream = new ScopedStream(scope, 'stream')
    await factory.streamManager().createStream(stream, { scaling: ScalingPolicy.fixed(2) })
    const open = (writerId: string): Promise<EventWriter<string>> =>
      openEventWriter(factory.segmentStore, stream, { serializer: utf8Serializer, writerId })
    await using first = await open('first')
    await using second = await open('second')
    for (let n = 0; n < 20; n++) void first.writeEvent('an event', { routingKey: `${n}` })
    await first.flush()
    await first.noteTime(1000)
    const segments = [0, 1].map(number => ScopedSegment.of(scope, stream.stream, number, 0))
    const ends = await Promise.all(
      segments.map(async segment => (await factory.segmentStore.getInfo(segment)).writeOffset),
    )
    await second.writeEvent('an event', { routingKey: '0' })
    await second.noteTime(2000)

    await expect.poll(() => watermarksOf(stream), { timeout: TWO_ROUNDS, interval: 500 }).not.toEqual([])
    const [mark] = await watermarksOf(stream)
    expect(mark).toMatchObject({ lower: 1000n, upper: 2000n })
    const ranges = mark?.positions.map(({ range }) => range).sort((a, b) => a.low - b.low)
    expect(ranges).toEqual([
      { low: 0, high: 0.5 },
      { low: 0.5, high: 1 },
    ])
    for (const [number, end] of ends.entries()) {
      const position = mark?.positions.find(({ segmentId }) => segmentId === BigInt(number))
      expect(position?.offset).toBeGreaterThanOrEqual(end)
    }
  })
})
