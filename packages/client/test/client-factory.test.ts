import type { Controller } from '@pravega-ts/controller-client'
import type { StateModel } from '@pravega-ts/synchronizer'
import { expect, it } from 'vitest'
import { ClientFactory, jsonCodec, utf8Codec } from '../src/index.ts'

const codec = {
  encode: (text: string) => Buffer.from(text),
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
}
const model: StateModel<string, string, string> = {
  encodeInitial: codec.encode,
  decodeInitial: codec.decode,
  encodeUpdate: codec.encode,
  decodeUpdate: codec.decode,
  begin: initial => initial,
  apply: (state, update) => state + update,
}
const table = { key: utf8Codec, value: jsonCodec<number>() }

/** Everything that the factory makes or asks. */
function callsOn(factory: ClientFactory, target: string): Record<string, () => Promise<unknown>> {
  return {
    createByteWriter: () => factory.createByteWriter(target),
    createByteReader: () => factory.createByteReader(target),
    createEventWriter: () => factory.createEventWriter(target),
    createTransactionalEventWriter: () => factory.createTransactionalEventWriter(target),
    createReader: () => factory.createReader(target),
    createReaderGroup: () => factory.createReaderGroup(target, { streams: ['shop/orders'] }),
    openReaderGroup: () => factory.openReaderGroup(target),
    deleteReaderGroup: () => factory.deleteReaderGroup(target),
    fetchEvent: () => factory.fetchEvent(target),
    createRevisionedStream: () => factory.createRevisionedStream(target, codec),
    createStateSynchronizer: () => factory.createStateSynchronizer(target, model),
    openTable: () => factory.openTable(target, table),
    openTableSynchronizer: () => factory.openTableSynchronizer(target),
    listReaderGroups: async () => {
      for await (const group of factory.listReaderGroups(target)) expect(group).toBeDefined()
    },
  }
}

/** Answers nothing; remembers what it was asked. */
function mute(): { controller: Controller; asked: string[] } {
  const asked: string[] = []
  const controller = new Proxy({} as Controller, {
    get: (_, method: string) => () => {
      asked.push(method)
      throw new Error(`${method} is not expected`)
    },
  })
  return { controller, asked }
}

it('asks nobody before there is something to ask, and does not close what it was given', async () => {
  const { controller, asked } = mute()
  const factory = await ClientFactory.create('tcp://127.0.0.1:1', { controller })
  expect(factory.streamManager()).toBe(factory.streamManager())
  await factory.close()
  await factory.close({ force: true })
  expect(asked).toEqual([])
})

it('refuses names that are none before it asks anybody', async () => {
  const { controller, asked } = mute()
  await using factory = await ClientFactory.create('tcp://127.0.0.1:1', { controller })
  const { listReaderGroups, ...calls } = callsOn(factory, 'no-slash')
  for (const [name, call] of Object.entries(calls)) {
    expect([name, await call().catch(({ code }) => code)]).toEqual([name, 'INVALID_ARGUMENT'])
  }
  expect(asked).toEqual([])
})

it('makes nothing more once it is closed', async () => {
  const { controller, asked } = mute()
  const factory = await ClientFactory.create('tcp://127.0.0.1:1', { controller })
  await factory.close()
  for (const [name, call] of Object.entries(callsOn(factory, 'shop/orders'))) {
    expect([name, await call().catch(({ code }) => code)]).toEqual([name, 'CLOSED'])
  }
  expect(asked).toEqual([])
})

it('refuses a configuration that is none', async () => {
  await expect(ClientFactory.create('http://127.0.0.1')).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
})
