import { ClientFactory, ScalingPolicy, type StreamManager } from '@pravega-ts/client'
import { openEventWriter, utf8Serializer } from '@pravega-ts/event-client'
import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { createReaderGroup, deleteReaderGroup, type EventReader, type ReaderGroup } from '@pravega-ts/reader-group'
import type { SegmentStore } from '@pravega-ts/segment-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'

const EVENTS = 200
/** Bytes of an event of 12 characters. */
const EVENT_BYTES = 20n

describeEngines('reader groups with readers', engine => {
  const scope = uniqueName('groups')
  let factory: ClientFactory
  let manager: StreamManager
  let store: SegmentStore
  let made = 0
  beforeAll(async () => {
    factory = await ClientFactory.create(engine.controllerUri)
    manager = factory.streamManager()
    store = factory.segmentStore
    await manager.createScope(scope)
  })
  afterAll(() => factory.close())

  async function written(): Promise<ScopedStream> {
    const stream = new ScopedStream(scope, `stream-${made++}`)
    await manager.createStream(stream, { scaling: ScalingPolicy.fixed(4) })
    await using writer = await openEventWriter(store, stream, { serializer: utf8Serializer })
    for (let n = 0; n < EVENTS; n++)
      void writer.writeEvent(`event ${String(n).padStart(6, '0')}`, { routingKey: `${n}` })
    await writer.flush()
    return stream
  }

  async function create(stream: ScopedStream, stateStore: 'log' | 'table' = 'log'): Promise<ReaderGroup> {
    const name = { scope, name: `group-${made++}` }
    const options = { streams: [stream], stateStore, refreshTimeMs: 200, automaticCheckpointIntervalMs: -1 }
    return (await createReaderGroup(store, name, options)).group
  }

  function reader(group: ReaderGroup, readerId: string): Promise<EventReader<string>> {
    return group.createReader({ readerId, serializer: utf8Serializer, balanceUnitMs: 50 })
  }

  /** Reads until nothing comes for a second, or everything is read. */
  async function drain(from: EventReader<string>, seen: string[]): Promise<void> {
    for (;;) {
      const item = await from.read({ timeoutMs: 1000 })
      if (item.kind === 'event') seen.push(item.event.value)
      else if (item.kind === 'idle' || item.kind === 'endOfData') return
    }
  }

  it('agree on a checkpoint while they read, and say what is unread', async () => {
    const stream = await written()
    await using group = await create(stream)
    expect(await group.unreadBytes()).toBe(BigInt(EVENTS) * EVENT_BYTES)
    await using first = await reader(group, 'first')
    await using second = await reader(group, 'second')
    const seen: string[] = []
    await Promise.all([drain(first, seen), drain(second, seen)])
    expect([...seen].sort()).toEqual(Array.from({ length: EVENTS }, (_, n) => `event ${String(n).padStart(6, '0')}`))

    const checkpoint = await group.initiateCheckpoint('all-read', { timeoutMs: 20_000 })
    const read = [...(checkpoint.cuts.get(String(stream))?.positions.values() ?? [])]
    expect(read.reduce((sum, offset) => sum + offset, 0n)).toBe(BigInt(EVENTS) * EVENT_BYTES)
    expect(await group.unreadBytes()).toBe(0n)
    const now = await group.generateStreamCuts({ timeoutMs: 20_000 })
    expect(now.get(String(stream))?.positions).toEqual(checkpoint.cuts.get(String(stream))?.positions)
    expect(await group.readers()).toHaveLength(2)
  })

  it('tell when everything is read', async () => {
    const stream = await written()
    await manager.sealStream(stream)
    await using group = await create(stream)
    await using only = await reader(group, 'only')
    const seen: string[] = []
    const ended = group.endOfData({ timeoutMs: 20_000 })
    for await (const event of only) seen.push(event.value)
    await ended
    expect(seen).toHaveLength(EVENTS)
  })

  it('end their readers by name when they are reset or deleted', async () => {
    const group = await create(await written())
    const fails = async (from: EventReader<string>): Promise<string> => {
      try {
        for (;;) await from.read({ timeoutMs: 1000 })
      } catch (error) {
        return PravegaError.is(error) ? error.code : String(error)
      }
    }
    const before = await reader(group, 'before')
    const reset = fails(before)
    await group.reset()
    expect(await reset).toBe('READER_GROUP_RESET')
    await before.close()

    const after = await reader(group, 'after')
    const deleted = fails(after)
    await deleteReaderGroup(store, group)
    expect(await deleted).toBe('READER_GROUP_NOT_FOUND')
    await after.close()
    await group.close()
  })

  it('give what a dead reader had to the others, from the position that it has stored', async () => {
    const group = await create(await written())
    const dead = await reader(group, 'dead')
    const seen: string[] = []
    while (seen.length < EVENTS / 2) {
      const item = await dead.read({ timeoutMs: 10_000 })
      if (item.kind === 'event') seen.push(item.event.value)
    }
    // Asking for the next one would acknowledge it.
    const unfinished = seen.pop()
    const stored = dead.position().toText()
    expect(await group.readerOffline('dead', stored)).toBe(true)
    await using heir = await reader(group, 'heir')
    await drain(heir, seen)
    expect(seen).toContain(unfinished)
    expect([...seen].sort()).toEqual(Array.from({ length: EVENTS }, (_, n) => `event ${String(n).padStart(6, '0')}`))
    await dead.close()
    await group.close()
  })

  it('work in a table as well', async () => {
    const stream = await written()
    const group = await create(stream, 'table')
    const first = await reader(group, 'first')
    await using second = await reader(group, 'second')
    const seen: string[] = []
    await Promise.all([drain(first, seen), drain(second, seen)])
    expect(new Set(seen).size).toBe(EVENTS)
    expect(seen).toHaveLength(EVENTS)
    await first.close()
    expect(await group.readers()).toEqual(['second'])
    await second.close()
    expect(await group.unreadBytes()).toBe(0n)
    await group.close()
  })
})
