import { ClientFactory, ScalingPolicy, ScopedStream, utf8Serializer } from '@pravega-ts/client'
import { basicCredentials } from '@pravega-ts/config'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { PravegaError } from '@pravega-ts/model'
import { expect, it, onTestFinished } from 'vitest'

const users = [
  { name: 'writer', password: 'w', permissions: ['prn::*,READ_UPDATE'] },
  { name: 'reader', password: 'r', permissions: ['prn::*,READ'] },
]

it('who may only read makes a group and reads with it, where a server lets readers do that', async () => {
  const stream = new ScopedStream('scope', 'stream')
  for (const readerGroupsNeed of ['READ', 'READ_UPDATE'] as const) {
    await using server = await EmbeddedServer.start({ accounts: { users, readerGroupsNeed } })
    const clientOf = async (user: string): Promise<ClientFactory> => {
      const credentials = basicCredentials(user, user.charAt(0))
      const factory = await ClientFactory.create({ controllerUri: server.controllerUri, credentials })
      onTestFinished(() => factory.close({ force: true }))
      return factory
    }
    const writing = await clientOf('writer')
    await writing.streamManager().createScope(stream.scope)
    await writing.streamManager().createStream(stream, { scaling: ScalingPolicy.fixed(2) })
    await using writer = await writing.createEventWriter(stream, { serializer: utf8Serializer })
    await writer.writeEvent('event', { routingKey: 'key' })

    const reading = await clientOf('reader')
    const made = reading.createReaderGroup('scope/group', { streams: [stream] })
    if (readerGroupsNeed === 'READ_UPDATE') {
      await expect(made).rejects.toSatisfy(error => PravegaError.is(error, 'PERMISSION_DENIED'))
      continue
    }
    await using reader = await (await made).createReader({ serializer: utf8Serializer })
    for await (const { value } of reader.events({ acknowledgeOnBreak: true })) {
      expect(value).toBe('event')
      break
    }
  }
})
