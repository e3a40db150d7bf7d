import { PravegaError, ScopedSegment, StreamCut } from '@pravega-ts/model'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  createReaderGroup,
  explainMissingSegment,
  type ReaderGroup,
  type ReaderGroupOptions,
  type ReaderGroupStore,
} from '../../src/index.ts'
import { FakeCluster } from './fake-cluster.ts'

const NAME = 'shop/group'
const segment = (number: number, epoch = 0) => ScopedSegment.of('shop', 'orders', number, epoch)

let cluster: FakeCluster
let store: ReaderGroupStore
beforeEach(() => {
  cluster = new FakeCluster()
  cluster.createStream('shop/orders', [100n, 200n])
  store = cluster.client()
})

async function create(options: Partial<ReaderGroupOptions> = {}): Promise<ReaderGroup> {
  return (await createReaderGroup(store, NAME, { streams: ['shop/orders'], ...options })).group
}

describe('unread bytes', () => {
  it('are what is between the positions and the tails, of all streams', async () => {
    const other = cluster.createStream('warehouse/returns', [1000n])
    const from = new StreamCut(other, [[0n, 400n]])
    const group = await create({ streams: ['shop/orders', { stream: other, from }] })
    expect(await group.unreadBytes()).toBe(300n + 600n)
  })

  it('count what follows a segment once, also behind a merge', async () => {
    const group = await create()
    const stream = segment(0).scopedStream
    const [merged] = cluster.scale(stream, [segment(0), segment(1)], [50n])
    if (merged !== undefined) cluster.scale(stream, [merged], [7n, 8n])
    expect(await group.unreadBytes()).toBe(300n + 50n + 15n)
  })

  it('leave out what was truncated away, whole segments too', async () => {
    const group = await create()
    cluster.segment(segment(1)).start = 150n
    expect(await group.unreadBytes()).toBe(100n + 50n)
    cluster.scale(segment(0).scopedStream, [segment(0)], [9n])
    cluster.segment(segment(0)).deleted = true
    expect(await group.unreadBytes()).toBe(50n + 9n)
  })

  it('end where the group ends, and do not look behind that', async () => {
    const to = new StreamCut(segment(0).scopedStream, [
      [0n, 30n],
      [1n, 900n],
    ])
    const group = await create({ streams: [{ stream: 'shop/orders', to }] })
    cluster.scale(segment(0).scopedStream, [segment(0)], [1000n])
    expect(await group.unreadBytes()).toBe(30n + 200n)
    expect(cluster.calls).not.toContain('getSuccessors')
  })

  it('are counted from where the group begins anew after a reset', async () => {
    const group = await create()
    await group.resetToStreamCut(
      new StreamCut(segment(0).scopedStream, [
        [0n, 100n],
        [1n, 150n],
      ]),
    )
    expect(await group.unreadBytes()).toBe(50n)
  })
})

describe('a segment that is missing', () => {
  it('was truncated away, if the stream has had it', async () => {
    cluster.segment(segment(0)).deleted = true
    expect(await explainMissingSegment(store, NAME, segment(0))).toBeUndefined()
  })

  it('was truncated away, as far as those can tell who may only read the stream', async () => {
    const group = await create()
    const denied = vi.spyOn(store.controller, 'getEpochSegments')
    denied.mockRejectedValue(new PravegaError('PERMISSION_DENIED', 'not for readers'))
    onTestFinished(() => denied.mockRestore())
    expect(await explainMissingSegment(store, NAME, segment(0))).toBeUndefined()
    await group.checkSegments()
  })

  it('makes the group stale, if the stream is gone or has never had it', async () => {
    const group = await create()
    await group.checkSegments()
    cluster.streams.delete('shop/orders')
    const gone = await explainMissingSegment(store, NAME, String(segment(0)))
    expect(gone).toMatchObject({ code: 'READER_GROUP_STALE', details: { group: NAME, streams: ['shop/orders'] } })
    await expect(group.checkSegments()).rejects.toMatchObject({ code: 'READER_GROUP_STALE' })

    cluster.createStream('shop/orders', [5n, 6n], 2)
    await expect(group.checkSegments()).rejects.toMatchObject({
      code: 'READER_GROUP_STALE',
      details: { segments: [String(segment(0)), String(segment(1))] },
      message: expect.stringContaining("from: 'head'"),
    })
    await expect(group.createReader()).rejects.toMatchObject({ code: 'READER_GROUP_STALE' })
    await group.reset({ streams: ['shop/orders'] })
    await group.checkSegments()
    expect(await group.unreadBytes()).toBe(11n)
  })

  it('is asked for once for each epoch, not for each segment', async () => {
    const group = await create()
    cluster.calls.length = 0
    await group.checkSegments()
    expect(cluster.calls).toEqual(['getEpochSegments'])
  })
})

describe('retention', () => {
  it('is told the cuts of a group with manual retention, one by one', async () => {
    const group = await create({ retention: 'manual' })
    const cut = new StreamCut(segment(0).scopedStream, [
      [0n, 10n],
      [1n, 10n],
    ])
    await group.updateRetentionStreamCut(cut)
    await group.updateRetentionStreamCut([cut])
    await group.updateRetentionStreamCut((await group.streamCuts()).values())
    expect(cluster.retained).toHaveLength(3)
    await group.reset({ retention: 'automatic' })
    await expect(group.updateRetentionStreamCut(cut)).rejects.toMatchObject({ code: 'OPERATION_UNSUPPORTED' })
    expect(cluster.retained).toHaveLength(3)
  })
})
