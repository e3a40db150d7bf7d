import { ClientFactory, utf8Serializer } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { expect, it } from 'vitest'

const LARGE = 9 * 1024 * 1024

it.each([
  ['the merge is asked for', { on: 'MergeSegments' }],
  ['the merge is answered', { on: 'SegmentsMerged' }],
] as const)('a large event is there once when the connection breaks as %s', async (_, { on }) => {
  await using server = await EmbeddedServer.start()
  await using factory = await ClientFactory.create(server.controllerUri)
  const manager = factory.streamManager()
  await manager.createScope('shop')
  await manager.createStream('shop/orders')
  await using writer = await factory.createEventWriter('shop/orders', { serializer: utf8Serializer })
  const cut = server.faults.on(on, { nth: 1, cut: true })
  await writer.writeEvent('x'.repeat(LARGE))
  expect(cut.hits).toBe(1)
  const { sizeBytes } = await manager.getStreamInfo('shop/orders')
  expect(Number(sizeBytes)).toBeGreaterThan(LARGE)
  expect(Number(sizeBytes)).toBeLessThan(LARGE + 100)
})
