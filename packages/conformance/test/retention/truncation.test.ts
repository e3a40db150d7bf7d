import { ClientFactory, ScalingPolicy, type StreamManager } from '@pravega-ts/client'
import { EmbeddedServer, TestClock } from '@pravega-ts/embedded-server'
import { type EventWriter, openEventWriter, utf8Serializer } from '@pravega-ts/event-client'
import { type RetentionPolicy as Policy, RetentionPolicy, ScopedStream, StreamCut } from '@pravega-ts/model'
import { createReaderGroup, type ReaderGroup } from '@pravega-ts/reader-group'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** Bytes of an event of 12 characters. */
const EVENT_BYTES = 20
const HALF_AN_HOUR = 1_800_000

/*
 * Real Pravega looks at a stream once in half an hour, and nothing but its configuration makes it look earlier. These
 * cases were made by hand on one that looks every minute, and came out the same.
 */
describe('retention truncates (embedded only, as the real one acts every 30 minutes)', () => {
  const scope = 'retention'
  let clock: TestClock
  let server: EmbeddedServer
  let factory: ClientFactory
  let manager: StreamManager
  let made = 0
  beforeEach(async () => {
    clock = new TestClock()
    server = await EmbeddedServer.start({ clock })
    factory = await ClientFactory.create(server.controllerUri)
    manager = factory.streamManager()
    await manager.createScope(scope)
  })
  afterEach(async () => {
    await factory.close()
    await server.close()
  })

  async function freshStream(retention: Policy): Promise<ScopedStream> {
    const stream = new ScopedStream(scope, `stream-${made++}`)
    await manager.createStream(stream, { scaling: ScalingPolicy.fixed(1), retention })
    return stream
  }

  async function subscribe(stream: ScopedStream): Promise<ReaderGroup> {
    const name = { scope, name: `group-${made++}` }
    return (await createReaderGroup(factory.segmentStore, name, { streams: [stream], retention: 'manual' })).group
  }

  const events = (count: number): bigint => BigInt(count * EVENT_BYTES)

  /** Writes ten events, then lets half an hour go by. */
  async function halfAnHour(stream: ScopedStream): Promise<readonly (readonly [bigint, bigint])[]> {
    await using writer: EventWriter<string> = await openEventWriter(factory.segmentStore, stream, {
      serializer: utf8Serializer,
    })
    for (let n = 0; n < 10; n++) {
      void writer.writeEvent(`event ${String(n).padStart(6, '0')}`, { routingKey: `${n}` })
    }
    await writer.flush()
    clock.advance(HALF_AN_HOUR)
    await server.controller.settled()
    return [...(await manager.getHead(stream)).positions]
  }

  it('by size, over a scale', async () => {
    const stream = await freshStream(RetentionPolicy.bySize(events(15)))
    expect(await halfAnHour(stream)).toEqual([[0n, 0n]])
    await manager.scaleStreamTo(stream, 2)
    const tail = await halfAnHour(stream).then(() => manager.getTail(stream))
    expect(await halfAnHour(stream)).toEqual([[0n, events(10)]])
    expect(await halfAnHour(stream)).toEqual([...tail.positions])
  })

  it('by time', async () => {
    const stream = await freshStream(RetentionPolicy.byTime(2 * HALF_AN_HOUR))
    const heads = []
    for (let round = 0; round < 4; round++) heads.push(await halfAnHour(stream))
    expect(heads).toEqual([[[0n, 0n]], [[0n, 0n]], [[0n, events(10)]], [[0n, events(20)]]])
  })

  it('by consumption: up to the slowest group, and no further', async () => {
    const stream = await freshStream(RetentionPolicy.bySize(events(5), events(1000)))
    const slow = await subscribe(stream)
    const fast = await subscribe(stream)
    await slow.updateRetentionStreamCut(new StreamCut(stream, [[0n, 0n]]))
    await halfAnHour(stream)
    await slow.updateRetentionStreamCut(new StreamCut(stream, [[0n, events(3)]]))
    await fast.updateRetentionStreamCut(new StreamCut(stream, [[0n, events(9)]]))
    expect(await halfAnHour(stream)).toEqual([[0n, events(3)]])
    await slow.updateRetentionStreamCut(new StreamCut(stream, [[0n, events(12)]]))
    expect(await halfAnHour(stream)).toEqual([[0n, events(9)]])
    for (const group of [slow, fast]) await group.close()
  })

  it('beyond a group that is too far back for what is kept at most', async () => {
    const stream = await freshStream(RetentionPolicy.bySize(events(5), events(12)))
    const group = await subscribe(stream)
    await group.updateRetentionStreamCut(new StreamCut(stream, [[0n, events(1)]]))
    expect(await halfAnHour(stream)).toEqual([[0n, events(1)]])
    expect(await halfAnHour(stream)).toEqual([[0n, events(10)]])
    await group.close()
  })

  it('not what is to be kept at least, though all groups are done with it', async () => {
    const stream = await freshStream(RetentionPolicy.bySize(events(15), events(1000)))
    const group = await subscribe(stream)
    await halfAnHour(stream)
    await group.updateRetentionStreamCut(new StreamCut(stream, [[0n, events(10)]]))
    expect(await halfAnHour(stream)).toEqual([[0n, 0n]])
    expect(await halfAnHour(stream)).toEqual([[0n, events(10)]])
    await group.close()
  })
})
