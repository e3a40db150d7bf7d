import { ScopedStream } from '@pravega-ts/client'
import { type ScopedSegment, StreamCut, segmentEpoch, transactionEpoch } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { Scene } from '../../src/scene.ts'
import { collect } from '../client/collect.ts'
import { eventually, failureOf, LEASE_MS } from '../transactions/transaction-scene.ts'

const LEFT = { low: 0, high: 0.5 }
const RIGHT = { low: 0.5, high: 1 }
const QUARTERS = [
  { low: 0, high: 0.25 },
  { low: 0.25, high: 0.5 },
]
/** Some of a page of tagged streams has more than one of them, whatever the server's buckets are. */
const TAGGED = 30
/** More than two pages, as each stream has another one for its watermarks. */
const MANY = 1_100

function ids(segments: readonly { readonly segment: ScopedSegment }[]): readonly bigint[] {
  return segments.map(({ segment }) => segment.segmentId)
}

describeEngines('calls to a controller', engine => {
  it('tell how the segments of a scaled stream follow each other', async () => {
    await using scene = await Scene.open(engine, 'scaled')
    const { controller } = scene.factory
    const stream = await scene.stream(2)
    const [left, right] = (await controller.getCurrentSegments(stream)).segments
    if (left === undefined || right === undefined) throw new Error('the stream has no two segments')

    const split = await controller.scaleStreamAndWait(stream, [left.segment.segmentId], QUARTERS)
    expect(split.epoch).toBe(0)
    const [first, second] = [...split.segments].sort((a, b) => a.range.low - b.range.low)
    if (first === undefined || second === undefined) throw new Error('the split has made no two segments')
    expect([first.range, second.range]).toEqual(QUARTERS)
    const between = new StreamCut(stream, [
      [first.segment.segmentId, 0n],
      [second.segment.segmentId, 0n],
      [right.segment.segmentId, 0n],
    ])
    const merge = await controller.scaleStreamAndWait(
      stream,
      [second.segment.segmentId, right.segment.segmentId],
      [{ low: 0.25, high: 1 }],
    )
    const [last] = merge.segments
    if (last === undefined) throw new Error('the merge has made no segment')
    expect(segmentEpoch(last.segment.segmentId)).toBe(2)

    const predecessorsOf = async (segment: ScopedSegment): Promise<unknown> =>
      (await controller.getSuccessors(segment)).map(({ segment: next, predecessors }) => [
        next.segment.segmentId,
        [...predecessors].sort(),
      ])
    const { segmentId: leftId } = left.segment
    const merged = [second.segment.segmentId, right.segment.segmentId].sort()
    expect(await predecessorsOf(left.segment)).toEqual(
      expect.arrayContaining([
        [first.segment.segmentId, [leftId]],
        [second.segment.segmentId, [leftId]],
      ]),
    )
    expect(await predecessorsOf(right.segment)).toEqual([[last.segment.segmentId, merged]])
    expect(await predecessorsOf(second.segment)).toEqual([[last.segment.segmentId, merged]])
    expect(await predecessorsOf(first.segment)).toEqual([])

    const epochs = await Promise.all([0, 1, 2].map(epoch => controller.getEpochSegments(stream, epoch)))
    expect(epochs.map(({ segments }) => ids(segments))).toEqual([
      ids([left, right]),
      ids([first, second, right]),
      ids([first, last]),
    ])
    expect((await failureOf(controller.getEpochSegments(stream, 3))).code).toBe('NOT_FOUND')
    const valid = [left, right, first, second, last].map(({ segment }) => controller.isSegmentValid(segment))
    expect(await Promise.all(valid)).toEqual([false, false, true, false, true])

    const start = new StreamCut(stream, [
      [leftId, 0n],
      [right.segment.segmentId, 0n],
    ])
    const found = async (from: StreamCut, to: StreamCut): Promise<ReadonlySet<bigint>> =>
      new Set((await controller.getSegmentsBetween(stream, from, to)).map(({ segmentId }) => segmentId))
    expect(await found(start, between)).toEqual(new Set(ids([left, right, first, second])))
    expect(await found(between, StreamCut.UNBOUNDED)).toEqual(new Set(ids([first, second, right, last])))
    expect(await controller.isStreamCutValid(between)).toBe(true)
    const half = new StreamCut(stream, [[right.segment.segmentId, 0n]])
    expect(await controller.isStreamCutValid(half)).toBe(false)
    expect(await Promise.all([0, 1].map(epoch => controller.checkScale(stream, epoch)))).toEqual(['done', 'done'])
    expect((await controller.getHeadSegments(stream)).map(({ segment }) => segment.segmentId).sort()).toEqual(
      [...ids([left, right])].sort(),
    )
  })

  it('refuse a scale of what is not there or does not fit, and the stream goes on', async () => {
    await using scene = await Scene.open(engine, 'refused')
    const { controller } = scene.factory
    const stream = await scene.stream(2)
    const { segments } = await controller.getCurrentSegments(stream)
    const [left = 0n, right = 0n] = ids(segments)
    for (const [sealed, ranges] of [
      [[left], [RIGHT]],
      [[left], [{ low: 0, high: 0.4 }]],
      [[left, right], [{ low: 0, high: 1 }]],
      [[left + 7n], [LEFT]],
    ] as const) {
      expect((await failureOf(controller.scaleStreamAndWait(stream, sealed, ranges))).code).toBe('SCALE_REFUSED')
    }
    expect(ids((await controller.getCurrentSegments(stream)).segments)).toEqual([left, right])
    await controller.scaleStreamAndWait(stream, [left], QUARTERS)
    expect((await controller.getCurrentSegments(stream)).segments).toHaveLength(3)
  })

  it('let a transaction of an earlier epoch in between two new ones', async () => {
    await using scene = await Scene.open(engine, 'rolled')
    const { controller } = scene.factory
    const stream = await scene.stream(1)
    const { id, segments } = await controller.createTransaction(stream, LEASE_MS)
    expect(transactionEpoch(id)).toBe(0)
    await controller.scaleStreamAndWait(stream, ids(segments), [LEFT, RIGHT])
    const scaled = (await controller.getCurrentSegments(stream)).segments
    await controller.commitTransaction(stream, id)
    expect(await eventually(() => controller.checkTransactionState(stream, id), 'committed')).toBe('committed')

    const rolled = await Promise.all([2, 3].map(epoch => controller.getEpochSegments(stream, epoch)))
    const [inserted, resumed] = rolled.map(epoch => epoch.segments)
    expect(inserted?.map(({ range }) => range)).toEqual([{ low: 0, high: 1 }])
    expect(resumed?.map(({ range }) => range)).toEqual([LEFT, RIGHT])
    for (const { segment } of scaled) {
      expect(ids((await controller.getSuccessors(segment)).map(next => next.segment))).toEqual(ids(inserted ?? []))
    }
    expect(ids((await controller.getCurrentSegments(stream)).segments)).toEqual(ids(resumed ?? []))
    const next = await controller.createTransaction(stream, LEASE_MS)
    expect(transactionEpoch(next.id)).toBe(1)
    await controller.abortTransaction(stream, next.id)
    expect(await eventually(() => controller.checkTransactionState(stream, next.id), 'aborted')).toBe('aborted')
  })

  it('make key-value tables, and take them away', async () => {
    await using scene = await Scene.open(engine, 'tables')
    const { controller } = scene.factory
    const table = { scope: scene.scope, name: 'prices' }
    const settings = { partitions: 3, primaryKeyLength: 4, secondaryKeyLength: 8 }
    expect(await controller.createKeyValueTable(table, settings)).toBe(true)
    expect(await controller.createKeyValueTable(table, { ...settings, partitions: 1 })).toBe(false)
    expect(await controller.getKeyValueTableSettings(table)).toMatchObject(settings)
    const { segments } = await controller.getCurrentKeyValueTableSegments(table)
    expect(segments.map(({ segment }) => segment.toString())).toEqual(
      [0, 1, 2].map(n => `${scene.scope}/prices_kvtable/${n}.#epoch.0`),
    )
    expect(segments.map(({ range }) => range.low)).toEqual([0, 1 / 3, 2 / 3].map(low => expect.closeTo(low, 12)))
    await controller.createKeyValueTable({ ...table, name: 'stocks' }, settings)
    const names = (await collect(controller.listKeyValueTables(scene.scope))).map(({ name }) => name)
    expect(names.sort()).toEqual(['prices', 'stocks'])
    expect((await failureOf(controller.deleteScope(scene.scope))).code).toBe('SCOPE_NOT_EMPTY')
    expect(await controller.deleteKeyValueTable(table)).toBe(true)
    expect(await controller.deleteKeyValueTable(table)).toBe(false)
    expect((await failureOf(controller.getKeyValueTableSettings(table))).code).toBe('TABLE_NOT_FOUND')
    expect((await failureOf(controller.getCurrentKeyValueTableSegments(table))).code).toBe('TABLE_NOT_FOUND')
    const elsewhere = { scope: `${scene.scope}-gone`, name: 'prices' }
    expect((await failureOf(controller.createKeyValueTable(elsewhere, settings))).code).toBe('SCOPE_NOT_FOUND')
  })

  it('delete a scope with streams, open transactions, groups and tables in it', async () => {
    await using scene = await Scene.open(engine, 'recursive')
    const { controller } = scene.factory
    const stream = await scene.stream(1)
    const { id } = await controller.createTransaction(stream, LEASE_MS)
    const group = { scope: scene.scope, name: 'readers' }
    await controller.createReaderGroup(group, { streams: [{ stream }] })
    await controller.createKeyValueTable({ scope: scene.scope, name: 'prices' }, { partitions: 1, primaryKeyLength: 4 })
    expect(await controller.deleteScopeRecursive(scene.scope)).toBe(true)
    expect(await controller.checkScopeExists(scene.scope)).toBe(false)
    expect(await controller.checkStreamExists(stream)).toBe(false)
    expect(await controller.checkTransactionState(stream, id)).toBe('aborted')
    expect(await controller.createScope(scene.scope)).toBe(true)
    expect(await collect(controller.listStreams(scene.scope, { includeInternal: true }))).toEqual([])
    expect(await collect(controller.listKeyValueTables(scene.scope))).toEqual([])
  })

  it('list streams by tag in short pages, all of them', async () => {
    await using scene = await Scene.open(engine, 'tagged')
    const { controller } = scene.factory
    const names = Array.from({ length: TAGGED }, (_, n) => `stream-${n}`)
    await Promise.all(
      names.map((name, n) => {
        const tags = n % 3 === 0 ? ['all', 'third'] : ['all']
        return controller.createStream(new ScopedStream(scene.scope, name), { tags })
      }),
    )
    const listed = async (tag: string): Promise<readonly string[]> =>
      (await collect(controller.listStreamsForTag(scene.scope, tag))).map(({ stream }) => stream).sort()
    expect(await listed('all')).toEqual([...names].sort())
    expect(await listed('third')).toEqual(names.filter((_, n) => n % 3 === 0).sort())
    expect(await listed('thir')).toEqual([])
  })

  it.skipIf(engine.name === 'pravega')('list thousands of streams, though some come and go meanwhile', async () => {
    await using scene = await Scene.open(engine, 'many')
    const { controller } = scene.factory
    const streams = Array.from(
      { length: MANY },
      (_, n) => new ScopedStream(scene.scope, `s${String(n).padStart(4, '0')}`),
    )
    for (let n = 0; n < MANY; n += 100) {
      await Promise.all(streams.slice(n, n + 100).map(stream => controller.createStream(stream, {})))
    }
    const [first, last] = [streams[0], streams.at(-1)]
    if (first === undefined || last === undefined) throw new Error('there are no streams')
    const found: string[] = []
    for await (const { stream } of controller.listStreams(scene.scope, { includeInternal: true })) {
      if (found.length === 0) {
        await controller.createStream(new ScopedStream(scene.scope, 'a-new-one'), {})
        await controller.sealStream(last)
        await controller.deleteStream(last)
      }
      found.push(stream)
    }
    expect(new Set(found).size).toBe(found.length)
    expect(found).toEqual(expect.arrayContaining(streams.slice(0, -1).map(({ stream }) => stream)))
    expect(found).not.toContain(last.stream)
    expect(found.filter(name => name.startsWith('_MARK')).length).toBeGreaterThanOrEqual(MANY - 1)
  })
})
