import { ClientFactory, ScalingPolicy, type StreamManager } from '@pravega-ts/client'
import { type EventWriter, openEventWriter, utf8Serializer } from '@pravega-ts/event-client'
import { readerGroupStreamName, ScopedSegment, ScopedStream, StreamCut } from '@pravega-ts/model'
import {
  Checkpoint,
  createReaderGroup,
  deleteReaderGroup,
  listReaderGroups,
  logStore,
  openReaderGroup,
  ReaderPosition,
  type StateStore,
} from '@pravega-ts/reader-group'
import type { SegmentStore } from '@pravega-ts/segment-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'
import { collect } from '../client/collect.ts'

/** Bytes of an event of 12 characters. */
const EVENT_BYTES = 20n

describeEngines('reader groups', engine => {
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

  async function freshStream(segments = 2): Promise<ScopedStream> {
    const stream = new ScopedStream(scope, `stream-${made++}`)
    await manager.createStream(stream, { scaling: ScalingPolicy.fixed(segments) })
    return stream
  }

  function freshName(): { scope: string; name: string } {
    return { scope, name: `group-${made++}` }
  }

  async function write(stream: ScopedStream, count: number): Promise<void> {
    await using writer: EventWriter<string> = await openEventWriter(store, stream, { serializer: utf8Serializer })
    for (let n = 0; n < count; n++)
      void writer.writeEvent(`event ${String(n).padStart(6, '0')}`, { routingKey: `${n}` })
    await writer.flush()
  }

  /** A member that takes part by hand. */
  function member({ scope, name }: { scope: string; name: string }): StateStore {
    return logStore(store, new ScopedStream(scope, readerGroupStreamName(name)))
  }

  async function join(state: StateStore, reader: string, share: number): Promise<string[]> {
    await state.refresh()
    return await state.transact(({ unassigned }) => {
      const taken = [...unassigned.keys()].slice(0, share)
      const acquired = taken.map(segment => ({ type: 'acquireSegment', reader, segment }) as const)
      return { updates: [{ type: 'addReader', reader }, ...acquired], result: taken }
    })
  }

  it('are created once, opened by others, listed, and deleted once', async () => {
    const stream = await freshStream()
    const name = freshName()
    const first = await createReaderGroup(store, name, { streams: [stream] })
    await using group = first.group
    expect(first.created).toBe(true)
    expect(await group.config()).toMatchObject({
      generation: 0n,
      retention: 'none',
      refreshTimeMs: 3000n,
      automaticCheckpointIntervalMs: 30_000n,
      maxOutstandingCheckpoints: 3,
    })

    const second = await createReaderGroup(store, `${scope}/${name.name}`, { streams: [String(stream)] })
    expect(second.created).toBe(false)
    await second.group.close()
    await using opened = await openReaderGroup(store, name)
    expect(await opened.describe()).toMatchObject({
      readers: [],
      unassigned: [{ offset: 0n }, { offset: 0n }],
      checkpoints: [],
    })
    const listed = await collect(listReaderGroups(store, scope))
    expect(listed).toContainEqual(name)

    expect(await deleteReaderGroup(store, name)).toBe(true)
    expect(await deleteReaderGroup(store, name)).toBe(false)
    await expect(opened.readers()).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
    await expect(openReaderGroup(store, name)).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
    expect(await collect(listReaderGroups(store, scope))).not.toContainEqual(name)
  })

  it('say what differs when they exist with another configuration', async () => {
    const stream = await freshStream()
    const name = freshName()
    const { group } = await createReaderGroup(store, name, { streams: [stream] })
    await group.close()
    await expect(
      createReaderGroup(store, name, { streams: [stream], refreshTimeMs: 500, maxOutstandingCheckpoints: 9 }),
    ).rejects.toMatchObject({
      code: 'READER_GROUP_CONFIG_MISMATCH',
      details: {
        differences: ['refreshTimeMs is 3000, not 500', 'maxOutstandingCheckpoints is 3, not 9'],
      },
    })
  })

  it('can be made again under a name that was deleted, with nothing of the old one', async () => {
    const stream = await freshStream()
    const name = freshName()
    const old = (await createReaderGroup(store, name, { streams: [stream] })).group
    await join(member(name), 'r1', 2)
    await deleteReaderGroup(store, name)
    const { created, group } = await createReaderGroup(store, name, { streams: [stream] })
    expect(created).toBe(true)
    expect(await group.readers()).toEqual([])
    await expect(old.readers()).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
    await Promise.all([old.close(), group.close()])
  })

  it('are not made on a stream or in a scope that is not there', async () => {
    const stream = new ScopedStream(scope, 'nowhere')
    const name = freshName()
    await expect(createReaderGroup(store, name, { streams: [stream] })).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
    })
    await expect(openReaderGroup(store, name)).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
    const elsewhere = { scope: uniqueName('none'), name: 'group' }
    await expect(createReaderGroup(store, elsewhere, { streams: [await freshStream()] })).rejects.toMatchObject({
      code: 'SCOPE_NOT_FOUND',
    })
    expect(await deleteReaderGroup(store, elsewhere)).toBe(false)
  })

  it('are healed when whoever made them died before the first state was written', async () => {
    const stream = await freshStream()
    const name = freshName()
    await store.controller.createReaderGroup(name, { streams: [{ stream }] })
    await using group = await openReaderGroup(store, name)
    expect((await group.describe()).unassigned).toHaveLength(2)
  })

  it('of the other kind are named: refused on request, warned of by default, not opened by mistake', async () => {
    const stream = await freshStream()
    const [log, table] = [freshName(), freshName()]
    await (await createReaderGroup(store, log, { streams: [stream] })).group.close()
    await (await createReaderGroup(store, table, { streams: [stream], stateStore: 'table' })).group.close()

    for (const [name, own, other] of [
      [log, 'log', 'table'],
      [table, 'table', 'log'],
    ] as const) {
      await expect(openReaderGroup(store, name, { stateStore: other })).rejects.toMatchObject({
        code: 'READER_GROUP_OTHER_STORE',
        details: { stateStore: own },
      })
      await expect(
        createReaderGroup(store, name, { streams: [stream], stateStore: other, otherKind: 'refuse' }),
      ).rejects.toMatchObject({ code: 'READER_GROUP_OTHER_STORE' })
      const { created, group } = await createReaderGroup(store, name, { streams: [stream], stateStore: other })
      expect(created).toBe(true)
      await group.close()
      expect(await deleteReaderGroup(store, name, { stateStore: other })).toBe(true)
    }
  })

  it('in a table assign segments and keep positions, and refuse what a table has no place for', async () => {
    const stream = await freshStream()
    const name = freshName()
    const options = { streams: [{ stream, from: 'tail' as const }], stateStore: 'table' as const }
    await write(stream, 10)
    await using group = (await createReaderGroup(store, name, options)).group
    const again = await createReaderGroup(store, name, options)
    expect(again.created).toBe(false)
    await again.group.close()
    expect(await group.unreadBytes()).toBe(0n)
    await write(stream, 5)
    expect(await group.unreadBytes()).toBe(5n * EVENT_BYTES)
    await expect(group.initiateCheckpoint()).rejects.toMatchObject({ code: 'OPERATION_UNSUPPORTED' })
    await expect(group.reset()).rejects.toMatchObject({ code: 'OPERATION_UNSUPPORTED' })
    expect(await deleteReaderGroup(store, name, { stateStore: 'table' })).toBe(true)
    expect(await deleteReaderGroup(store, name, { stateStore: 'table' })).toBe(false)
    await expect(group.readers()).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
  })

  it('read several streams, each from its head, its tail or a cut, to no end or to an end', async () => {
    const [whole, rest, part] = [await freshStream(1), await freshStream(1), await freshStream(1)]
    for (const stream of [whole, rest, part]) await write(stream, 10)
    const from = new StreamCut(part, [[0n, 2n * EVENT_BYTES]])
    const to = new StreamCut(part, [[0n, 7n * EVENT_BYTES]])
    await using group = (
      await createReaderGroup(store, freshName(), {
        streams: [whole, { stream: rest, from: 'tail' }, { stream: part, from, to }],
      })
    ).group
    expect(await group.unreadBytes()).toBe((10n + 0n + 5n) * EVENT_BYTES)
    for (const stream of [whole, rest, part]) await write(stream, 3)
    expect(await group.unreadBytes()).toBe((13n + 3n + 5n) * EVENT_BYTES)
    const cuts = await group.streamCuts()
    expect(cuts.get(String(part))?.equals(from)).toBe(true)
    expect(cuts.get(String(rest))?.positions).toEqual(new Map([[0n, 10n * EVENT_BYTES]]))
  })

  it('count unread bytes across scaling', async () => {
    const stream = await freshStream(1)
    await using group = (await createReaderGroup(store, freshName(), { streams: [stream] })).group
    await write(stream, 10)
    await manager.scaleStreamTo(stream, 3)
    await write(stream, 20)
    await manager.scaleStreamTo(stream, 2)
    await write(stream, 30)
    expect(await group.unreadBytes()).toBe(60n * EVENT_BYTES)
  })

  it('take a reader offline, at a position or at the recorded one, once', async () => {
    const stream = await freshStream()
    const name = freshName()
    await using group = (await createReaderGroup(store, name, { streams: [stream] })).group
    await using dead = member(name)
    const [segment = ''] = await join(dead, 'dead', 1)
    expect(await group.readers()).toEqual(['dead'])
    const position = new ReaderPosition([[segment, 40n]])
    expect(await group.readerOffline('dead', position.toText())).toBe(true)
    expect(await group.readerOffline('dead', position)).toBe(false)
    expect((await group.describe()).unassigned).toContainEqual({ segment, offset: 40n })
  })

  it('make checkpoints with all readers, and name the ones that are late', async () => {
    const stream = await freshStream()
    const name = freshName()
    await using group = (await createReaderGroup(store, name, { streams: [stream], maxOutstandingCheckpoints: 1 }))
      .group
    await using first = member(name)
    await using second = member(name)
    for (const [state, reader] of [
      [first, 'first'],
      [second, 'second'],
    ] as const) {
      await join(state, reader, 1)
    }
    const answer = async (state: StateStore, reader: string, checkpoint: string): Promise<void> => {
      await state.refresh()
      await state.transact(({ assigned }) => {
        const positions = new Map([...(assigned.get(reader)?.keys() ?? [])].map(segment => [segment, 60n] as const))
        return { updates: [{ type: 'checkpointReader', checkpoint, reader, positions }], result: undefined }
      })
    }

    const call = { timeoutMs: 1000 }
    await expect(group.initiateCheckpoint('late', call)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: expect.stringContaining('waits for reader first, second'),
    })
    await answer(first, 'first', 'late')
    expect(await group.checkpointStatus('late')).toMatchObject({ state: 'waiting', waitingFor: ['second'] })
    await expect(group.initiateCheckpoint('more')).rejects.toMatchObject({ code: 'CHECKPOINT_REFUSED' })
    expect(await group.cancelOutstandingCheckpoints()).toEqual(['late'])

    const result = group.initiateCheckpoint('done')
    await expect.poll(async () => (await group.checkpoints()).map(({ name }) => name)).toContain('done')
    await answer(first, 'first', 'done')
    await answer(second, 'second', 'done')
    const checkpoint = await result
    expect([...(checkpoint.cuts.get(String(stream))?.positions.values() ?? [])]).toEqual([60n, 60n])
    expect((await group.checkpoints()).map(({ name }) => name)).toEqual(['done'])
    expect(Checkpoint.fromText(checkpoint.toText()).equals(checkpoint)).toBe(true)
  })

  it('begin anew at a checkpoint, at cuts, and with other streams; members find out', async () => {
    const stream = await freshStream(1)
    const name = freshName()
    await using group = (await createReaderGroup(store, name, { streams: [stream] })).group
    await write(stream, 10)
    const segment = String(ScopedSegment.of(scope, stream.stream, 0, 0))
    const before = await group.config()

    const cut = new StreamCut(stream, [[0n, 4n * EVENT_BYTES]])
    await group.resetToCheckpoint(new Checkpoint('here', [cut]))
    let state = await group.state()
    expect(state.unassigned).toEqual(new Map([[segment, 4n * EVENT_BYTES]]))
    expect(state.updatingConfig).toBe(false)
    expect(state.config).toMatchObject({ id: before.id, generation: before.generation + 1n })
    expect((await store.controller.getReaderGroup(name)).generation).toBe(before.generation + 1n)

    await group.resetToStreamCut(new StreamCut(stream, [[0n, 0n]]))
    expect((await group.state()).unassigned).toEqual(new Map([[segment, 0n]]))

    const other = await freshStream(3)
    await group.reset({ streams: [{ stream: other, from: 'tail' }], refreshTimeMs: 700 })
    state = await group.state()
    expect(state.unassigned.size).toBe(3)
    expect(state.config).toMatchObject({ refreshTimeMs: 700n, maxOutstandingCheckpoints: 3 })
    await expect(group.resetToStreamCut(cut)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('whose reset was left half-way are healed when they are opened', async () => {
    const stream = await freshStream(1)
    const name = freshName()
    const { group } = await createReaderGroup(store, name, { streams: [stream] })
    const config = await group.config()
    await using half = member(name)
    await half.refresh()
    await half.append({ type: 'updatingConfig', updating: true })
    await store.controller.updateReaderGroup({ ...name, ...config }, { ...config, refreshTimeMs: 900 })
    await using opened = await openReaderGroup(store, name)
    const state = await opened.state()
    expect(state).toMatchObject({ updatingConfig: false, config: { generation: 1n, refreshTimeMs: 900n } })
    await group.close()
  })

  it('over a stream that was made again say so, and go on after a reset', async () => {
    const stream = await freshStream(2)
    const name = freshName()
    await using group = (await createReaderGroup(store, name, { streams: [stream] })).group
    await group.checkSegments()
    await manager.sealStream(stream)
    await manager.deleteStream(stream)
    await expect(group.checkSegments()).rejects.toMatchObject({ code: 'READER_GROUP_STALE' })
    await manager.createStream(stream, { scaling: ScalingPolicy.fixed(2) })
    await expect(group.checkSegments()).rejects.toMatchObject({
      code: 'READER_GROUP_STALE',
      details: { streams: [String(stream)] },
    })
    await group.reset({ streams: [stream] })
    await group.checkSegments()
    await write(stream, 3)
    expect(await group.unreadBytes()).toBe(3n * EVENT_BYTES)
  })

  it('hold back retention up to the cut that they are told, and only where they are meant to', async () => {
    const stream = await freshStream(1)
    const name = freshName()
    await write(stream, 10)
    const { group } = await createReaderGroup(store, name, { streams: [stream], retention: 'manual' })
    expect(await store.controller.listSubscribers(stream)).toEqual([name])
    const cut = new StreamCut(stream, [[0n, 4n * EVENT_BYTES]])
    await group.updateRetentionStreamCut(cut)
    const earlier = new StreamCut(stream, [[0n, 2n * EVENT_BYTES]])
    await expect(group.updateRetentionStreamCut([earlier])).rejects.toMatchObject({ code: 'STREAM_CUT_INVALID' })
    await group.reset({ retention: 'none' })
    await expect(group.updateRetentionStreamCut(cut)).rejects.toMatchObject({ code: 'OPERATION_UNSUPPORTED' })
    expect(await store.controller.listSubscribers(stream)).toEqual([])
    await group.close()
    expect(await deleteReaderGroup(store, name)).toBe(true)
  })
})
