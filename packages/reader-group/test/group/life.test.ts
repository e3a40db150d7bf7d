import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { PravegaError, ScopedSegment, ScopedStream, StreamCut } from '@pravega-ts/model'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  createReaderGroup,
  DIAGNOSTICS,
  deleteReaderGroup,
  listReaderGroups,
  openReaderGroup,
  type ReaderGroupStore,
} from '../../src/index.ts'
import { logStore } from '../../src/stores/log-store.ts'
import { CONFIG, init, segment } from '../state/group-of.ts'
import { FakeCluster } from './fake-cluster.ts'

const NAME = 'shop/group'
const TABLE = ScopedSegment.of('shop', 'group_kvtable', 0, 0)

let cluster: FakeCluster
let store: ReaderGroupStore
beforeEach(() => {
  cluster = new FakeCluster()
  cluster.createStream('shop/orders', [100n, 200n])
  store = cluster.client()
})

describe('creating a reader group', () => {
  it('refuses what cannot be a configuration before it asks for anything', async () => {
    const cut = new StreamCut(cluster.createStream('shop/other', [1n]), [[0n, 0n]])
    const create = (streams: Parameters<typeof createReaderGroup>[2]['streams'], name = NAME) =>
      createReaderGroup(store, name, { streams })
    for (const attempt of [
      create([]),
      create(['orders']),
      create(['shop/orders', 'shop/orders']),
      create([{ stream: 'shop/orders', from: cut }]),
      create([{ stream: 'shop/orders', from: 'end' as 'tail' }]),
      create(['shop/orders'], 'group'),
      create(['shop/orders'], 'shop/_group'),
      create(['shop/orders'], 'a/b/c'),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    expect(cluster.calls).toEqual([])
  })

  it('registers nothing for a stream that is not there', async () => {
    await expect(createReaderGroup(store, NAME, { streams: ['shop/none'] })).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
    })
    expect(cluster.groups.size).toBe(0)
  })

  it('resolves the tail to the ends of the active segments, of a sealed stream to those of the last ones', async () => {
    const sealed = cluster.createStream('shop/old', [10n])
    const [next] = cluster.scale(sealed, [ScopedSegment.of('shop', 'old', 0, 0)], [30n])
    Object.assign(cluster.streams.get('shop/old') ?? {}, { sealed: true })
    const streams = [
      { stream: 'shop/orders', from: 'tail' },
      { stream: sealed, from: 'tail' },
    ] as const
    const { group } = await createReaderGroup(store, NAME, { streams })
    const { unassigned } = await group.state()
    expect(unassigned).toEqual(
      new Map([
        ['shop/orders/0.#epoch.0', 100n],
        ['shop/orders/1.#epoch.0', 200n],
        [String(next), 30n],
      ]),
    )
    const again = await createReaderGroup(store, NAME, { streams })
    expect(again.created).toBe(false)
  })

  it('names everything that differs from the group that is there', async () => {
    await createReaderGroup(store, NAME, { streams: ['shop/orders'] })
    const other = cluster.createStream('shop/other', [1n])
    const to = new StreamCut(other, [[0n, 1n]])
    const options = { streams: [{ stream: other, to }], retention: 'manual', refreshTimeMs: 1n } as const
    await expect(createReaderGroup(store, NAME, options)).rejects.toMatchObject({
      code: 'READER_GROUP_CONFIG_MISMATCH',
      details: {
        group: NAME,
        differences: [
          'refreshTimeMs is 3000, not 1',
          'retention is none, not manual',
          'stream shop/other is not among its streams',
          'stream shop/orders is one of its streams',
        ],
      },
    })
    const from = new StreamCut(ScopedSegment.of('shop', 'orders', 0, 0).scopedStream, [[0n, 5n]])
    for (const stream of [
      { stream: 'shop/orders', from },
      { stream: 'shop/orders', to: from },
      { stream: 'shop/orders', from: 'tail' } as const,
    ]) {
      await expect(createReaderGroup(store, NAME, { streams: [stream] })).rejects.toMatchObject({
        code: 'READER_GROUP_CONFIG_MISMATCH',
      })
    }
  })

  it('writes one first state, however many create it at once', async () => {
    const results = await Promise.all(
      [1, 2, 3].map(() => createReaderGroup(cluster.client(), NAME, { streams: ['shop/orders'] })),
    )
    expect(results.filter(({ created }) => created)).toHaveLength(1)
    const states = await Promise.all(results.map(({ group }) => group.state()))
    for (const state of states) expect(state).toEqual(states[0])
  })

  it('is ended by who opens it, where the first state is missing', async () => {
    cluster.after = call => {
      if (call === 'createReaderGroup') throw new PravegaError('UNAVAILABLE', 'the process dies here')
    }
    await expect(createReaderGroup(store, NAME, { streams: ['shop/orders'] })).rejects.toThrow('dies')
    cluster.after = () => {}
    const group = await openReaderGroup(store, NAME)
    expect((await group.describe()).unassigned).toHaveLength(2)
  })
})

describe('a group of the other kind', () => {
  it('is warned of, in the log and on the channel', async () => {
    const told: unknown[] = []
    const listen = (message: unknown): void => void told.push(message)
    subscribe(DIAGNOSTICS.warning, listen)
    await createReaderGroup(store, NAME, { streams: ['shop/orders'], stateStore: 'table' })
    expect(told).toEqual([])
    await createReaderGroup(store, NAME, { streams: ['shop/orders'] })
    await createReaderGroup(store, NAME, { streams: ['shop/orders'], otherKind: 'ignore' })
    unsubscribe(DIAGNOSTICS.warning, listen)
    expect(told).toMatchObject([{ group: NAME, message: expect.stringContaining(String(TABLE)) }])
    expect(cluster.warnings).toHaveLength(1)
  })

  it('is not looked for in vain by who may not look, unless it is to be refused', async () => {
    cluster.before = call => {
      if (call === 'getInfo') throw new PravegaError('TOKEN_REFUSED', 'not for you')
    }
    const { created } = await createReaderGroup(store, NAME, { streams: ['shop/orders'] })
    expect(created).toBe(true)
    await expect(
      createReaderGroup(store, NAME, { streams: ['shop/orders'], otherKind: 'refuse' }),
    ).rejects.toMatchObject({ code: 'TOKEN_REFUSED' })
  })

  it('keeps the one of this kind from being opened by mistake', async () => {
    await createReaderGroup(store, NAME, { streams: ['shop/orders'], stateStore: 'table' })
    await expect(openReaderGroup(store, NAME)).rejects.toMatchObject({
      code: 'READER_GROUP_OTHER_STORE',
      message: expect.stringContaining("stateStore: 'table'"),
    })
    expect(await deleteReaderGroup(store, NAME)).toBe(false)
    expect(await deleteReaderGroup(store, NAME, { stateStore: 'table' })).toBe(true)
    await expect(openReaderGroup(store, NAME)).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
  })
})

describe('a table group', () => {
  it('is refused what its table has no place for', async () => {
    const create = (options: Omit<Parameters<typeof createReaderGroup>[2], 'stateStore'>) =>
      createReaderGroup(store, NAME, { ...options, stateStore: 'table' })
    await expect(create({ streams: [{ stream: 'shop/orders', to: 'tail' }] })).rejects.toMatchObject({
      code: 'OPERATION_UNSUPPORTED',
      message: expect.stringContaining('an end of stream shop/orders'),
    })
    await expect(create({ streams: ['shop/orders'], retention: 'automatic' })).rejects.toMatchObject({
      code: 'OPERATION_UNSUPPORTED',
    })
    expect(cluster.tables.get(String(TABLE))?.exists ?? false).toBe(false)
  })

  it('compares only what the table keeps', async () => {
    const streams = ['shop/orders']
    await createReaderGroup(store, NAME, { streams, stateStore: 'table', refreshTimeMs: 500 })
    const same = { streams, stateStore: 'table', refreshTimeMs: 500, maxOutstandingCheckpoints: 7 } as const
    expect((await createReaderGroup(store, NAME, same)).created).toBe(false)
    await expect(createReaderGroup(store, NAME, { streams, stateStore: 'table' })).rejects.toMatchObject({
      code: 'READER_GROUP_CONFIG_MISMATCH',
    })
  })
})

describe('deleting a reader group', () => {
  it('says what to do when a stream whose retention it holds back is gone', async () => {
    await createReaderGroup(store, NAME, { streams: ['shop/orders'], retention: 'manual' })
    cluster.streams.delete('shop/orders')
    await expect(deleteReaderGroup(store, NAME)).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
      message: expect.stringContaining('Create the stream again'),
    })
    expect(cluster.calls).not.toContain('deleteReaderGroup')
  })

  describe('that the controller does not know', () => {
    const log = new ScopedStream('shop', '_RGgroup')

    async function makeState(generation: bigint): Promise<void> {
      cluster.logs.createStream(log)
      await using state = logStore(store, log)
      const config = { ...CONFIG, id: '00000000-0000-0000-0000-000000000000', generation }
      await state.initialize(init([[segment(0), 0n]], { config }))
    }

    it('as it is from before Pravega 0.9, is deleted with its state', async () => {
      await makeState(-1n)
      expect(await deleteReaderGroup(store, NAME)).toBe(true)
      expect(cluster.calls.slice(-2)).toEqual(['sealStream shop/_RGgroup', 'deleteStream'])
      expect(await deleteReaderGroup(store, NAME)).toBe(false)
    })

    it('is left alone when it is about to be made, or to be deleted', async () => {
      cluster.logs.createStream(log)
      expect(await deleteReaderGroup(store, NAME)).toBe(false)
      await makeState(0n)
      expect(await deleteReaderGroup(store, NAME)).toBe(false)
      expect(cluster.calls).not.toContain('deleteStream')
    })
  })

  it('lets everybody who holds it find out', async () => {
    const { group } = await createReaderGroup(store, NAME, { streams: ['shop/orders'] })
    expect(await deleteReaderGroup(store, NAME)).toBe(true)
    await expect(group.readers()).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
    await expect(group.readerOffline('r1')).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
    await group.close()
    await group.close()
    await expect(group.readers()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

it('lists groups by their streams, and nothing else', async () => {
  const listed: unknown[] = []
  for await (const group of listReaderGroups(store, 'shop')) listed.push(group)
  expect(listed).toEqual([{ scope: 'shop', name: 'group' }])
})
