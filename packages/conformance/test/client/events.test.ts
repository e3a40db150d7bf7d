import {
  ClientFactory,
  type EventReader,
  jsonCodec,
  jsonSerializer,
  ScalingPolicy,
  ScopedStream,
  type StateModel,
  utf8Codec,
  utf8Serializer,
} from '@pravega-ts/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'
import { collect } from './collect.ts'

const sum: StateModel<number, number, number> = {
  encodeInitial: initial => Buffer.from(String(initial)),
  decodeInitial: bytes => Number(Buffer.from(bytes)),
  encodeUpdate: update => Buffer.from(String(update)),
  decodeUpdate: bytes => Number(Buffer.from(bytes)),
  begin: initial => initial,
  apply: (state, update) => state + update,
}

describeEngines('events through ClientFactory', engine => {
  const scope = uniqueName('factory')
  let factory: ClientFactory
  let made = 0
  beforeAll(async () => {
    factory = await ClientFactory.create(engine.controllerUri)
    await factory.streamManager().createScope(scope)
  })
  afterAll(() => factory.close())

  async function freshStream(segments = 1): Promise<ScopedStream> {
    const stream = new ScopedStream(scope, `stream-${made++}`)
    await factory.streamManager().createStream(stream, { scaling: ScalingPolicy.fixed(segments) })
    return stream
  }

  async function take<T>(reader: EventReader<T>, count: number): Promise<T[]> {
    const values: T[] = []
    for await (const { value } of reader.events({ acknowledgeOnBreak: true })) {
      values.push(value)
      if (values.length === count) break
    }
    return values
  }

  it('writes and reads: a writer, a group, a reader', async () => {
    const stream = await freshStream(4)
    const serializer = jsonSerializer<{ n: number }>()
    await using writer = await factory.createEventWriter(String(stream), { serializer })
    for (let n = 0; n < 20; n++) void writer.writeEvent({ n }, { routingKey: 'one' })
    const name = `${scope}/group-${made++}`
    await using group = await factory.createReaderGroup(name, { streams: [stream] })
    expect(String(group)).toBe(name)
    await using reader = await factory.createReader(name, { readerId: 'a', serializer })
    expect((await take(reader, 20)).map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(await group.readers()).toEqual(['a'])
    await expect(factory.createReader(name, { readerId: 'a' })).rejects.toMatchObject({ code: 'READER_EXISTS' })
  })

  it('gives bytes without a serializer', async () => {
    const stream = await freshStream()
    await using writer = await factory.createEventWriter(stream)
    const events = [Buffer.from([0, 255]), Buffer.alloc(0)]
    for (const event of events) void writer.writeEvent(event)
    await writer.flush()
    await using group = await factory.createReaderGroup({ scope, name: `group-${made++}` }, { streams: [stream] })
    await using reader = await factory.createReader(group)
    const read: Buffer[] = []
    for await (const event of reader) {
      read.push(Buffer.from(event.value))
      if (read.length === 2) break
    }
    expect(read).toEqual(events)
  })

  it('creates a group or opens it, lists and deletes it', async () => {
    const [stream, other] = [await freshStream(), await freshStream()]
    const name = `${scope}/group-${made++}`
    await expect(factory.openReaderGroup(name)).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
    await expect(factory.createReader(name)).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
    for (let turn = 0; turn < 2; turn++) await (await factory.createReaderGroup(name, { streams: [stream] })).close()
    await expect(factory.createReaderGroup(name, { streams: [other] })).rejects.toMatchObject({
      code: 'READER_GROUP_CONFIG_MISMATCH',
    })
    await using opened = await factory.openReaderGroup(name)
    expect((await opened.config()).streams.map(entry => String(entry.stream))).toEqual([String(stream)])
    expect(await collect(factory.listReaderGroups(scope))).toContainEqual({ scope, name: opened.name })
    expect(await factory.deleteReaderGroup(name)).toBe(true)
    expect(await factory.deleteReaderGroup(name)).toBe(false)
    expect(await collect(factory.listReaderGroups(scope))).not.toContainEqual({ scope, name: opened.name })
  })

  it('makes readers of groups in a table, when it is told that they are', async () => {
    const stream = await freshStream()
    await using writer = await factory.createEventWriter(stream, { serializer: utf8Serializer })
    await writer.writeEvent('x')
    const name = `${scope}/group-${made++}`
    await (await factory.createReaderGroup(name, { streams: [stream], stateStore: 'table' })).close()
    await expect(factory.createReader(name)).rejects.toMatchObject({ code: 'READER_GROUP_OTHER_STORE' })
    await using reader = await factory.createReader(name, { stateStore: 'table', serializer: utf8Serializer })
    expect(await take(reader, 1)).toEqual(['x'])
    await reader.close()
    expect(await factory.deleteReaderGroup(name, { stateStore: 'table' })).toBe(true)
  })

  it('reads to the end though most segments have nothing', async () => {
    const stream = await freshStream(6)
    await using writer = await factory.createEventWriter(stream, { serializer: utf8Serializer })
    for (const event of ['a', 'b']) await writer.writeEvent(event, { routingKey: 'k' })
    const name = `${scope}/group-${made++}`
    await using _ = await factory.createReaderGroup(name, { streams: [{ stream, to: 'tail' }], refreshTimeMs: 200 })
    await using reader = await factory.createReader(name, { serializer: utf8Serializer })
    const values: string[] = []
    for await (const event of reader) values.push(event.value)
    expect(values).toEqual(['a', 'b'])
  })

  it('reads one event again by its pointer', async () => {
    const stream = await freshStream()
    await using writer = await factory.createEventWriter(stream, { serializer: utf8Serializer })
    for (const event of ['a', 'b']) void writer.writeEvent(event)
    await writer.flush()
    const name = `${scope}/group-${made++}`
    await using _ = await factory.createReaderGroup(name, { streams: [stream] })
    await using reader = await factory.createReader(name, { serializer: utf8Serializer })
    for await (const { value, pointer } of reader) {
      expect((await factory.fetchEvent(pointer, utf8Serializer)).value).toBe(value)
      expect((await factory.fetchEvent(pointer.toText(), utf8Serializer)).value).toBe(value)
      expect(Buffer.from((await factory.fetchEvent(pointer)).value).toString()).toBe(value)
      if (value === 'b') break
    }
    await expect(factory.fetchEvent(`${stream}/0.#epoch.0:0-10`)).rejects.toMatchObject({ code: 'CORRUPT_EVENT' })
  })

  it('shares values, states and tables', async () => {
    const values = await freshStream()
    await using revisioned = await factory.createRevisionedStream(values, {
      encode: (text: string) => Buffer.from(text),
      decode: bytes => Buffer.from(bytes).toString(),
    })
    const beginning = await revisioned.fetchLatestRevision()
    expect(await revisioned.writeConditionally(beginning, 'first')).toBeDefined()
    expect(await revisioned.writeConditionally(beginning, 'late')).toBeUndefined()
    const read = await collect(revisioned.readFrom(beginning))
    expect(read.map(({ value }) => value)).toEqual(['first'])

    const shared = await freshStream()
    await using one = await factory.createStateSynchronizer(String(shared), sum)
    await using two = await factory.createStateSynchronizer(shared, sum)
    expect(await one.initialize(1)).toBe(true)
    await two.fetchUpdates()
    await Promise.all([one, two].map(member => member.updateState(() => ({ updates: [10], result: undefined }))))
    expect(await one.fetchUpdates()).toBe(21)

    const options = { key: utf8Codec, value: jsonCodec<number>() }
    await using table = await factory.openTable(`${scope}/table`, options)
    const version = await table.put('a', 1)
    await using again = await factory.openTable({ scope, name: 'table' }, options)
    expect(await again.get('a')).toEqual({ value: 1, version })
    await using maps = await factory.openTableSynchronizer(`${scope}/maps`)
    expect((await maps.load()).isEmpty).toBe(true)
  })
})

describeEngines('closing a ClientFactory', engine => {
  it('lets event writers finish, and readers leave with what they have acknowledged', async () => {
    const scope = uniqueName('factory')
    const name = `${scope}/group`
    const stream = new ScopedStream(scope, 'events')
    await using watcher = await ClientFactory.create(engine.controllerUri)
    await watcher.streamManager().createScope(scope)
    await watcher.streamManager().createStream(stream)
    await using group = await watcher.createReaderGroup(name, { streams: [stream], automaticCheckpointIntervalMs: -1 })

    const factory = await ClientFactory.create(engine.controllerUri)
    const reader = await factory.createReader(name, { readerId: 'a', serializer: utf8Serializer })
    const writer = await factory.createEventWriter(stream, { serializer: utf8Serializer, maxInFlightBytes: 1_000 })
    const written = Array.from({ length: 1_000 }, (_, n) => writer.writeEvent(`${n}`, { routingKey: 'k' }))
    const read: string[] = []
    for (let item = await reader.read(); read.length < 10; item = await reader.read()) {
      if (item.kind === 'event') read.push(item.event.value)
    }
    await factory.close()
    await Promise.all(written)
    await expect(reader.read()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await group.readers()).toEqual([])

    await using next = await watcher.createReader(name, { readerId: 'a', serializer: utf8Serializer })
    for await (const { value } of next.events({ acknowledgeOnBreak: true })) {
      read.push(value)
      if (read.length === 1_000) break
    }
    expect(read).toEqual(written.map((_, n) => String(n)))
  })

  it('with force waits for nothing', async () => {
    const scope = uniqueName('factory')
    const stream = new ScopedStream(scope, 'events')
    const factory = await ClientFactory.create(engine.controllerUri)
    await factory.streamManager().createScope(scope)
    await factory.streamManager().createStream(stream)
    await factory.createReaderGroup(`${scope}/group`, { streams: [stream] })
    const reader = await factory.createReader(`${scope}/group`)
    const waiting = expect(reader.read()).rejects.toMatchObject({ code: 'CLOSED' })
    const writer = await factory.createEventWriter(stream)
    const written = writer.writeEvent(Buffer.from('x')).catch(({ code }) => code)
    await factory.close({ force: true })
    expect(['CLOSED', undefined]).toContain(await written)
    await waiting
  })
})
