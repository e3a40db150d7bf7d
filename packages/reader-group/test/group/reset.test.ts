import { PravegaError, StreamCut } from '@pravega-ts/model'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  Checkpoint,
  createReaderGroup,
  MemoryGroup,
  memoryStore,
  openReaderGroup,
  ReaderGroup,
  type ReaderGroupStore,
  settleReset,
} from '../../src/index.ts'
import { groupConfig, initial } from '../stores/states.ts'
import { FakeCluster } from './fake-cluster.ts'

const NAME = 'shop/group'
const SEGMENT = 'shop/orders/0.#epoch.0'

let cluster: FakeCluster
let store: ReaderGroupStore
let group: ReaderGroup
let cut: StreamCut
beforeEach(async () => {
  cluster = new FakeCluster()
  const stream = cluster.createStream('shop/orders', [100n])
  cut = new StreamCut(stream, [[0n, 40n]])
  store = cluster.client()
  group = (await createReaderGroup(store, NAME, { streams: ['shop/orders'] })).group
})

describe('a reset', () => {
  it('keeps what it does not name, and counts generations with the controller', async () => {
    await group.reset({ refreshTimeMs: 500, retention: undefined })
    await group.resetToStreamCuts([cut])
    const { config, unassigned, updatingConfig } = await group.state()
    expect(config).toMatchObject({ refreshTimeMs: 500n, generation: 2n, retention: 'none' })
    expect(cluster.groups.get(NAME)).toMatchObject({ generation: 2n, settings: { refreshTimeMs: 500n } })
    expect([...unassigned]).toEqual([[SEGMENT, 40n]])
    expect(updatingConfig).toBe(false)
    await group.reset()
    expect([...(await group.state()).unassigned]).toEqual([[SEGMENT, 40n]])
    await group.reset({ streams: ['shop/orders'] })
    expect([...(await group.state()).unassigned]).toEqual([[SEGMENT, 0n]])
  })

  it('to a checkpoint begins at its cuts, to the last one at the beginning where there is none', async () => {
    await group.resetToCheckpoint(new Checkpoint('cp', [cut]))
    expect([...(await group.state()).unassigned]).toEqual([[SEGMENT, 40n]])
    await group.reset({ streams: ['shop/orders'] })
    await group.resetToLastCheckpoint()
    expect([...(await group.state()).unassigned]).toEqual([[SEGMENT, 0n]])
  })

  it('refuses cuts that are none of the group, before it changes anything', async () => {
    const other = new StreamCut(cluster.createStream('shop/other', [1n]), [[0n, 0n]])
    for (const cuts of [[StreamCut.UNBOUNDED], [other], [cut, cut]]) {
      await expect(group.resetToStreamCuts(cuts)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    await expect(group.reset({ streams: ['shop/none'] })).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
    expect((await group.state()).updatingConfig).toBe(false)
    expect(cluster.calls).not.toContain('updateReaderGroup')
  })

  it('that was left before the controller had it is done again', async () => {
    cluster.before = call => {
      if (call === 'updateReaderGroup') throw new PravegaError('UNAVAILABLE', 'the process dies here')
    }
    await expect(group.reset({ refreshTimeMs: 500 })).rejects.toThrow('dies')
    cluster.before = () => {}
    const other = await openReaderGroup(cluster.client(), NAME)
    expect(await other.state()).toMatchObject({ updatingConfig: true, config: { generation: 0n } })
    await other.reset({ refreshTimeMs: 600 })
    expect(await group.state()).toMatchObject({
      updatingConfig: false,
      config: { generation: 1n, refreshTimeMs: 600n },
    })
  })

  it('that was left after the controller had it is ended by who opens the group', async () => {
    cluster.after = call => {
      if (call === 'updateReaderGroup') throw new PravegaError('UNAVAILABLE', 'the process dies here')
    }
    await expect(group.resetToStreamCut(cut)).rejects.toThrow('dies')
    cluster.after = () => {}
    await openReaderGroup(cluster.client(), NAME)
    const { updatingConfig, config, unassigned } = await group.state()
    expect(updatingConfig).toBe(false)
    expect(config.generation).toBe(1n)
    expect([...unassigned]).toEqual([[SEGMENT, 40n]])
  })

  it('that somebody else overtakes is done behind that one', async () => {
    const other = await openReaderGroup(cluster.client(), NAME)
    let overtaken = false
    cluster.before = async call => {
      if (call !== 'updateReaderGroup' || overtaken) return
      overtaken = true
      await other.reset({ refreshTimeMs: 600 })
    }
    await group.resetToStreamCut(cut)
    const { config, unassigned } = await other.state()
    expect(config).toMatchObject({ generation: 2n, refreshTimeMs: 600n })
    expect([...unassigned]).toEqual([[SEGMENT, 40n]])
  })

  it('that the controller refuses for another reason than a newer configuration fails', async () => {
    cluster.before = call => {
      if (call === 'updateReaderGroup') throw new PravegaError('READER_GROUP_CONFIG_MISMATCH', 'of no reason')
    }
    await expect(group.reset()).rejects.toThrow('of no reason')
  })

  it('settles nothing where the controller has nothing newer', async () => {
    expect(await settleReset(store, NAME, memoryMember(0n))).toBe(false)
    await group.reset()
    expect(await settleReset(store, NAME, memoryMember(0n))).toBe(true)
    expect(await settleReset(store, NAME, memoryMember(1n))).toBe(false)
  })

  function memoryMember(generation: bigint) {
    const shared = new MemoryGroup()
    shared.log.push([initial(1, groupConfig({ generation, id: cluster.groups.get(NAME)?.id ?? '' }))])
    return memoryStore(shared)
  }
})

it('a group from before Pravega 0.9 becomes known to the controller by its first reset', async () => {
  const legacy = { id: '00000000-0000-0000-0000-000000000000', generation: -1n }
  const stored = await createReaderGroup(store, 'shop/old', { streams: ['shop/orders'] })
  await stored.group.close()
  const shared = new MemoryGroup()
  shared.log.push([initial(1, groupConfig(legacy))])
  const old = new ReaderGroup({
    store,
    group: { scope: 'shop', name: 'old' },
    kind: 'log',
    state: memoryStore(shared),
    newState: () => memoryStore(shared),
  })
  await old.reset()
  expect((await old.config()).id).toBe(cluster.groups.get('shop/old')?.id)
})
