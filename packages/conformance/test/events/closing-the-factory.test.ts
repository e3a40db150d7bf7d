import { ClientFactory, utf8Serializer } from '@pravega-ts/client'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { EventScene } from './event-scene.ts'

describeEngines('closing the factory', engine => {
  it('lets event writers finish what they have taken on, also what waits for room (user-asks 10)', async () => {
    await using scene = await EventScene.open(engine, 'factory-close')
    const stream = await scene.stream(2)
    const factory = await ClientFactory.create(engine.controllerUri)
    const writer = await factory.createEventWriter(stream, { serializer: utf8Serializer, maxInFlightBytes: 10_000 })
    const written = Array.from({ length: 2_000 }, (_, n) => writer.writeEvent(`${n}`, { routingKey: 'k' }))
    await factory.close()
    const outcomes = await Promise.allSettled(written)
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
    const reader = await scene.reader(await scene.group([stream]))
    expect(await scene.take(reader, 2_000)).toEqual(written.map((_, n) => `${n}`))
  })

  it('lets readers leave their groups with what they have acknowledged, and ends their iterations', async () => {
    await using scene = await EventScene.open(engine, 'factory-close')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    await Promise.all(['a', 'b', 'c'].map(event => writer.writeEvent(event)))
    const group = await scene.group([stream])
    const factory = await ClientFactory.create(engine.controllerUri)
    const theirs = await factory.openReaderGroup(String(group))
    const reader = await theirs.createReader({ serializer: utf8Serializer })
    const events: string[] = []
    for await (const event of reader) {
      events.push(event.value)
      if (events.length === 3) void factory.close()
    }
    expect(events).toEqual(['a', 'b', 'c'])
    await factory.close()
    await reader.close()
    expect(await group.readers()).toEqual([])
  })
})
