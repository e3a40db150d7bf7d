import { ClientFactory, ScalingPolicy, type StreamManager } from '@pravega-ts/client'
import type { Controller, ReaderGroupIncarnation, ReaderGroupSettings } from '@pravega-ts/controller-client'
import { type EventWriter, openEventWriter, utf8Serializer } from '@pravega-ts/event-client'
import { makeSegmentId, RetentionPolicy, ScopedStream, StreamCut } from '@pravega-ts/model'
import { createReaderGroup, deleteReaderGroup } from '@pravega-ts/reader-group'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'

describeEngines('subscribers of a stream with retention', engine => {
  const scope = uniqueName('retention')
  let factory: ClientFactory
  let manager: StreamManager
  let controller: Controller
  let made = 0
  beforeAll(async () => {
    factory = await ClientFactory.create(engine.controllerUri)
    manager = factory.streamManager()
    controller = factory.segmentStore.controller
    await manager.createScope(scope)
  })
  afterAll(() => factory.close())

  async function freshStream(): Promise<ScopedStream> {
    const stream = new ScopedStream(scope, `stream-${made++}`)
    await manager.createStream(stream, { scaling: ScalingPolicy.fixed(1), retention: RetentionPolicy.bySize(0, 1000) })
    return stream
  }

  async function write(stream: ScopedStream): Promise<void> {
    await using writer: EventWriter<string> = await openEventWriter(factory.segmentStore, stream, {
      serializer: utf8Serializer,
    })
    for (let n = 0; n < 10; n++) void writer.writeEvent(`event ${String(n).padStart(6, '0')}`)
    await writer.flush()
  }

  /** A group as the controller knows it, without a state of its own. */
  async function subscribe(stream: ScopedStream, from?: StreamCut): Promise<ReaderGroupIncarnation> {
    const settings: ReaderGroupSettings = { streams: [{ stream, from }], retention: 'manual' }
    const { group } = await controller.createReaderGroup({ scope, name: `group-${made++}` }, settings)
    return group
  }

  const cutOf = (stream: ScopedStream, ...positions: readonly (readonly [bigint, bigint])[]): StreamCut =>
    new StreamCut(stream, new Map(positions))

  it('are the groups with manual and with automatic retention', async () => {
    const stream = await freshStream()
    const names = ['none', 'manual', 'automatic'] as const
    for (const retention of names) {
      const name = { scope, name: `${retention}-${made++}` }
      const { group } = await createReaderGroup(factory.segmentStore, name, { streams: [stream], retention })
      const subscribers = await controller.listSubscribers(stream)
      expect(subscribers.some(subscriber => subscriber.name === name.name)).toBe(retention !== 'none')
      await group.close()
      expect(await deleteReaderGroup(factory.segmentStore, name)).toBe(true)
    }
    expect(await controller.listSubscribers(stream)).toEqual([])
  })

  it('move on, or stay; a cut that goes back or is none is refused', async () => {
    const stream = await freshStream()
    await write(stream)
    const group = await subscribe(stream)
    await controller.updateSubscriberStreamCut(group, cutOf(stream, [0n, 40n]))
    await controller.updateSubscriberStreamCut(group, cutOf(stream, [0n, 40n]))
    await controller.updateSubscriberStreamCut(group, cutOf(stream, [0n, 60n]))
    const refused = { code: 'STREAM_CUT_INVALID' }
    await expect(controller.updateSubscriberStreamCut(group, cutOf(stream, [0n, 59n]))).rejects.toMatchObject(refused)
    await controller.updateSubscriberStreamCut(group, cutOf(stream, [0n, 60n]))
  })

  it('may need what is before the place where their group starts', async () => {
    const stream = await freshStream()
    await write(stream)
    const group = await subscribe(stream, cutOf(stream, [0n, 100n]))
    await controller.updateSubscriberStreamCut(group, cutOf(stream, [0n, 20n]))
  })

  it('move on over a scale, half by half, and not back', async () => {
    const stream = await freshStream()
    await write(stream)
    const group = await subscribe(stream)
    await controller.updateSubscriberStreamCut(group, cutOf(stream, [0n, 200n]))
    await manager.scaleStreamTo(stream, 2)
    const [low, high] = [makeSegmentId(1, 1), makeSegmentId(2, 1)]
    const refused = { code: 'STREAM_CUT_INVALID' }
    await expect(controller.updateSubscriberStreamCut(group, cutOf(stream, [low, 0n]))).rejects.toMatchObject(refused)
    await controller.updateSubscriberStreamCut(group, cutOf(stream, [low, 0n], [high, 0n]))
    await expect(controller.updateSubscriberStreamCut(group, cutOf(stream, [0n, 200n]))).rejects.toMatchObject(refused)
    await controller.updateSubscriberStreamCut(group, cutOf(stream, [low, 0n], [high, 5n]))
  })

  it('keep what they said when the group is changed, and start anew when they come back', async () => {
    const stream = await freshStream()
    await write(stream)
    const before = await subscribe(stream)
    await controller.updateSubscriberStreamCut(before, cutOf(stream, [0n, 100n]))
    const again: ReaderGroupSettings = { streams: [{ stream }], retention: 'automatic' }
    const group = { ...before, generation: await controller.updateReaderGroup(before, again) }
    const earlier = cutOf(stream, [0n, 20n])
    await expect(controller.updateSubscriberStreamCut(before, cutOf(stream, [0n, 120n]))).rejects.toMatchObject({
      code: 'READER_GROUP_CONFIG_MISMATCH',
    })
    await expect(controller.updateSubscriberStreamCut(group, earlier)).rejects.toMatchObject({
      code: 'STREAM_CUT_INVALID',
    })
    const without = { ...group, generation: await controller.updateReaderGroup(group, { ...again, retention: 'none' }) }
    await expect(controller.updateSubscriberStreamCut(without, earlier)).rejects.toMatchObject({
      code: 'SUBSCRIBER_NOT_FOUND',
    })
    const back = { ...without, generation: await controller.updateReaderGroup(without, again) }
    await controller.updateSubscriberStreamCut(back, earlier)
  })

  it('hold no cut of another group, of another stream, or of one that is gone', async () => {
    const stream = await freshStream()
    const other = await freshStream()
    const group = await subscribe(stream)
    const unknown = { code: 'SUBSCRIBER_NOT_FOUND' }
    const cut = cutOf(stream, [0n, 0n])
    await expect(controller.updateSubscriberStreamCut(group, cutOf(other, [0n, 0n]))).rejects.toMatchObject(unknown)
    const stranger = { ...group, id: '11111111-2222-4333-8444-555555555555' }
    await expect(controller.updateSubscriberStreamCut(stranger, cut)).rejects.toMatchObject(unknown)
    await controller.deleteReaderGroup(group)
    await expect(controller.updateSubscriberStreamCut(group, cut)).rejects.toMatchObject(unknown)
  })
})
