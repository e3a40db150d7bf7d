import { RetentionPolicy, ScalingPolicy, StreamCut } from '@pravega-ts/client'
import { it } from 'vitest'
import type { ForeignJava } from '../../../src/foreign-java.ts'
import { EventLedger } from '../../events/event-ledger.ts'
import { all, type Stage } from '../stage.ts'

interface Shown {
  readonly head: string
  readonly tail: string
  readonly sealed: boolean
}

export function javaStreams({ other: java, open }: Stage<ForeignJava>): void {
  it('scopes and streams: creates, lists, tags, configures, seals and deletes', async ({ expect }) => {
    await using scene = await open('java-streams')
    const scope = `${scene.scope}-theirs`
    const [a, b] = [`${scope}/a`, `${scope}/b`]
    expect(await java.request('scopeExists', { scope })).toBe(false)
    expect(await java.request('createScope', { scope })).toBe(true)
    expect(await java.request('createScope', { scope })).toBe(false)
    expect(await java.request('scopeExists', { scope })).toBe(true)
    expect(await java.request<string[]>('listScopes')).toEqual(expect.arrayContaining([scope, scene.scope]))
    const first = { stream: a, segments: 2, tags: ['x', 'y'], retentionBytes: 1_000_000 }
    expect(await java.request('createStream', first)).toBe(true)
    expect(await java.request('createStream', first)).toBe(false)
    expect(await java.request('createStream', { stream: b, tags: ['y'], retentionMillis: 60_000 })).toBe(true)
    expect(await java.request('streamExists', { stream: a })).toBe(true)
    expect(await java.request('streamExists', { stream: `${scope}/c` })).toBe(false)

    expect((await all(scene.manager.listStreams(scope))).map(String).sort()).toEqual([a, b])
    expect(await java.request('listStreams', { scope })).toEqual(expect.arrayContaining([a, b]))
    expect(await java.request('listStreams', { scope, tag: 'x' })).toEqual([a])
    expect(await java.request('listStreams', { scope, tag: 'y' })).toEqual([a, b])
    expect((await all(scene.manager.listStreamsByTag(scope, 'y'))).map(String).sort()).toEqual([a, b])

    expect(await scene.manager.getConfiguration(a)).toMatchObject({
      scaling: ScalingPolicy.fixed(2),
      retention: RetentionPolicy.bySize(1_000_000),
    })
    await scene.manager.updateStream(a, { scaling: ScalingPolicy.byEventRate(50, 2, 2), tags: ['x', 'z'] })
    expect(await java.request('streamInfo', { stream: a })).toMatchObject({
      scaleType: 'BY_RATE_IN_EVENTS_PER_SEC',
      targetRate: 50,
      segments: 2,
      retentionType: 'SIZE',
      retentionParam: 1_000_000,
      tags: ['x', 'z'],
      sealed: false,
    })
    expect(await java.request('updateStream', { stream: a, segments: 3, eventsPerSecond: 100, tags: ['n'] })).toBe(true)
    expect(await java.request('streamTags', { stream: a })).toEqual(['n'])
    const updated = await scene.manager.getConfiguration(a)
    expect(updated).toMatchObject({ scaling: ScalingPolicy.byEventRate(100, 2, 3), tags: ['n'] })
    expect(updated.retention).toBeUndefined()
    expect(await java.request('listStreams', { scope, tag: 'x' })).toEqual([])

    await expect(java.request('deleteStream', { stream: a })).rejects.toMatchObject({
      exception: 'IllegalArgumentException',
    })
    await expect(java.request('deleteScope', { scope })).rejects.toMatchObject({ exception: 'IllegalStateException' })
    expect(await java.request('sealStream', { stream: a })).toBe(true)
    expect(await java.request<Shown>('streamInfo', { stream: a })).toMatchObject({ sealed: true })
    expect((await scene.manager.getStreamInfo(a)).isSealed).toBe(true)
    expect(await java.request('deleteStream', { stream: a })).toBe(true)
    expect(await java.request('deleteStream', { stream: a })).toBe(false)
    await scene.manager.sealStream(b)
    await scene.manager.deleteStream(b)
    expect(await java.request('listStreams', { scope })).toEqual([])
    expect(await java.request('deleteScope', { scope })).toBe(true)
    expect(await java.request('deleteScope', { scope })).toBe(false)
    expect(await scene.manager.scopeExists(scope)).toBe(false)
  })

  it('a scope with all that is in it, at once', async ({ expect }) => {
    await using scene = await open('java-recursive')
    const stream = await scene.stream()
    const group = `${scene.scope}/group`
    expect(await java.createGroup(group, { streams: [String(stream)] })).toBe(true)
    expect(await java.request('deleteScopeRecursive', { scope: scene.scope })).toBe(true)
    expect(await java.request('scopeExists', { scope: scene.scope })).toBe(false)
    expect(await scene.manager.streamExists(stream)).toBe(false)
  })

  it('more streams than fit on a page of its listing', async ({ expect }) => {
    await using scene = await open('java-pages')
    const streams = Array.from({ length: 12 }, (_, n) => `${scene.scope}/s${String(n).padStart(2, '0')}`)
    for (const stream of streams) await java.request('createStream', { stream, tags: ['listed'] })
    expect(await java.request('listStreams', { scope: scene.scope, tag: 'listed' })).toEqual(streams)
    expect(await java.request('listStreams', { scope: scene.scope })).toEqual(expect.arrayContaining(streams))
  })

  it('a stream scaled up and down and truncated: groups and batches read what is left, in order', async ({
    expect,
  }) => {
    await using scene = await open('java-scale')
    const stream = String(await scene.stream())
    const group = `${scene.scope}/theirs`
    // Without checkpoints a reader of Java alone in its group stays at the end of a segment.
    const often = { groupRefreshTimeMillis: 500, automaticCheckpointIntervalMillis: 1_000 }
    expect(await java.createGroup(group, { streams: [stream], ...often })).toBe(true)
    const write = (prefix: string): Promise<number> => java.writeKeyed(stream, { prefix, count: 200, keys: 20 })
    const ours = await scene.reader(await scene.group([stream]))
    await write('a')
    expect(await java.request('scaleTo', { stream, segments: 5 })).toBe(true)
    expect((await java.request<number[]>('currentSegments', { stream })).length).toBe(5)
    await write('b')
    const { tail } = await java.request<Shown>('streamInfo', { stream })
    expect(StreamCut.fromText(tail).equals(await scene.manager.getTail(stream))).toBe(true)
    expect(await java.request('scaleTo', { stream, segments: 1 })).toBe(true)
    await write('c')
    expect((await scene.manager.getSegments(stream)).length).toBe(1)

    const theirs = new EventLedger('by reader')
    const reader = await java.openReader(group, 'java', read => {
      if (read.type === 'event') theirs.note('java', read.event)
    })
    const mine = new EventLedger()
    for (const event of await scene.take(ours, 600)) mine.note('ours', event)
    await theirs.reached(600)
    await reader.close()
    for (const ledger of [mine, theirs]) expect([...ledger.faults, ...ledger.gaps()]).toEqual([])

    expect(await java.request('truncateStream', { stream, cut: tail })).toBe(true)
    const shown = await java.request<Shown>('streamInfo', { stream })
    expect(StreamCut.fromText(shown.head).equals(StreamCut.fromText(tail))).toBe(true)
    expect((await scene.manager.getHead(stream)).equals(StreamCut.fromText(tail))).toBe(true)
    const batch = await java.request<{ ranges: { events: string[] }[] }>('batchRead', { stream })
    const rest = batch.ranges.flatMap(({ events }) => events)
    expect(rest.length).toBe(200)
    expect(rest.every(event => event.startsWith('c'))).toBe(true)
  })

  it('batches between cuts: the same events as a group of ours reads between them', async ({ expect }) => {
    await using scene = await open('java-batch')
    const stream = await scene.stream()
    await scene.manager.scaleStreamTo(stream, 3)
    const name = String(stream)
    await java.writeKeyed(name, { prefix: 'before', count: 60, keys: 6 })
    const from = await scene.manager.getTail(stream)
    await java.writeKeyed(name, { prefix: 'within', count: 90, keys: 9 })
    await scene.manager.scaleStreamTo(stream, 2)
    const writer = await scene.writer(stream)
    for (let n = 0; n < 30; n++)
      void writer.writeEvent(`ours${n % 3}:${Math.floor(n / 3)}`, { routingKey: `ours${n % 3}` })
    await writer.flush()
    const { tail: to } = await java.request<Shown>('streamInfo', { stream: name })
    await java.writeKeyed(name, { prefix: 'after', count: 30, keys: 3 })

    const batch = await java.request<{ ranges: { events: string[] }[]; start: string; end: string }>('batchRead', {
      stream: name,
      from: from.toText(),
      to,
    })
    expect(StreamCut.fromText(batch.start).equals(from)).toBe(true)
    expect(StreamCut.fromText(batch.end).equals(StreamCut.fromText(to))).toBe(true)
    const events = batch.ranges.flatMap(range => range.events)
    const reader = await scene.reader(await scene.group([{ stream, from, to: StreamCut.fromText(to) }]))
    expect([...events].sort()).toEqual((await scene.take(reader, 120)).sort())
    const ledger = new EventLedger('by reader')
    for (const event of events) ledger.note('batch', event)
    expect([ledger.count, ...ledger.faults, ...ledger.gaps()]).toEqual([120])
  })

  it('subscribers: the groups of either that hold a stream back', async ({ expect }) => {
    await using scene = await open('java-subscribers')
    const stream = await scene.stream()
    const name = String(stream)
    await scene.manager.updateStream(stream, { retention: RetentionPolicy.bySize(1_000_000) })
    await java.writeKeyed(name, { prefix: 'k', count: 10, keys: 1 })
    const manual = `${scene.scope}/manual`
    await java.createGroup(manual, { streams: [name], retentionType: 'MANUAL_RELEASE_AT_USER_STREAMCUT' })
    const automatic = await scene.group([stream], { retention: 'automatic' })
    const names = [manual, String(automatic)].sort()
    expect(await java.request('listSubscribers', { stream: name })).toEqual(names)
    const tail = await scene.manager.getTail(stream)
    expect(await java.request('updateRetentionStreamCut', { group: manual, cuts: { [name]: tail.toText() } })).toBe(
      true,
    )
    await java.deleteGroup(manual)
    expect(await java.request('listSubscribers', { stream: name })).toEqual([String(automatic)])
  })
}
