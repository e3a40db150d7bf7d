import { RetentionPolicy, ScalingPolicy } from '@pravega-ts/client'
import { it } from 'vitest'
import type { ForeignRust } from '../../../src/foreign-rust.ts'
import { all, type Stage } from '../stage.ts'

export function rustStreams({ other: rust, open }: Stage<ForeignRust>): void {
  it('scopes and streams: creates, lists, tags, configures, seals and deletes', async ({ expect }) => {
    await using scene = await open('rust-streams')
    const scope = `${scene.scope}-theirs`
    const [a, b] = [`${scope}/a`, `${scope}/b`]
    const ask = <R>(command: string, request: object): Promise<R> => rust.request(`streams.${command}`, { ...request })
    expect(await ask('scopeExists', { scope })).toBe(false)
    expect(await ask('createScope', { scope })).toBe(true)
    expect(await ask('createScope', { scope })).toBe(false)
    expect(await ask('scopeExists', { scope })).toBe(true)
    expect(await ask('listScopes', {})).toEqual(expect.arrayContaining([scope, scene.scope]))
    const first = { stream: a, segments: 2, tags: ['x', 'y'], retentionBytes: 1_000_000 }
    // It asks again when a server that is under load answers with an error, and is then told of the stream it has made.
    for (const stream of [first, { stream: b, tags: ['y'] }]) await ask('create', stream)
    expect(await ask('create', first)).toBe(false)
    expect(await ask('exists', { stream: a })).toBe(true)
    expect(await ask('exists', { stream: `${scope}/c` })).toBe(false)
    expect((await all(scene.manager.listStreams(scope))).map(String).sort()).toEqual([a, b])
    expect(await ask('list', { scope })).toEqual(expect.arrayContaining([a, b]))
    expect(await ask('listByTag', { scope, tag: 'x' })).toEqual([a])
    expect((await ask<string[]>('listByTag', { scope, tag: 'y' })).sort()).toEqual([a, b])

    expect(await scene.manager.getConfiguration(a)).toMatchObject({ scaling: ScalingPolicy.fixed(2), tags: ['x', 'y'] })
    await scene.manager.updateStream(a, {
      scaling: ScalingPolicy.byEventRate(50, 2, 2),
      retention: RetentionPolicy.bySize(2_000_000),
      tags: ['x', 'z'],
    })
    expect(await ask('configuration', { stream: a })).toEqual({
      scaleType: 'ByRateInEventsPerSec',
      targetRate: 50,
      scaleFactor: 2,
      segments: 2,
      retentionType: 'Size',
      retentionParam: 2_000_000,
      tags: ['x', 'z'],
    })
    expect(await ask('update', { stream: a, segments: 3, eventsPerSecond: 100, tags: ['n'] })).toBe(true)
    expect(await ask('tags', { stream: a })).toEqual(['n'])
    expect(await scene.manager.getConfiguration(a)).toMatchObject({
      scaling: ScalingPolicy.byEventRate(100, 2, 3),
      tags: ['n'],
    })
    const segment = `${a}/0.#epoch.0`
    expect(await ask('endpoint', { segment })).toMatch(/:\d+$/)

    await expect(ask('delete', { stream: a })).rejects.toMatchObject({ name: 'ForeignError' })
    expect(await ask('seal', { stream: a })).toBe(true)
    expect((await scene.manager.getStreamInfo(a)).isSealed).toBe(true)
    expect(await ask('delete', { stream: a })).toBe(true)
    await scene.manager.sealStream(b)
    await scene.manager.deleteStream(b)
    expect(await ask('list', { scope })).toEqual([])
    expect(await ask('deleteScope', { scope })).toBe(true)
    expect(await scene.manager.scopeExists(scope)).toBe(false)
  })

  it('a stream scaled and truncated', async ({ expect }) => {
    await using scene = await open('rust-scale')
    const stream = String(await scene.stream())
    await rust.request('events.writeKeyed', { stream, prefix: 'k', count: 10, keys: 1 })
    const split = {
      sealed: ['0'],
      ranges: [
        { from: 0, to: 0.5 },
        { from: 0.5, to: 1 },
      ],
      epoch: 0,
    }
    expect(await rust.request('streams.scale', { stream, ...split })).toBe(true)
    const segments = (await scene.manager.getSegments(stream)).map(({ segment }) => String(segment.segmentId)).sort()
    expect(await rust.request('streams.segments', { stream })).toEqual(segments)
    const tail = await scene.manager.getTail(stream)
    const cut = [...tail.positions].map(([segment, offset]) => ({ segment: String(segment), offset: String(offset) }))
    expect(await rust.request('streams.truncate', { stream, cut })).toBe(true)
    expect((await scene.manager.getHead(stream)).equals(tail)).toBe(true)
    expect(await rust.request('streams.head', { stream })).toEqual(Object.fromEntries(segments.map(id => [id, '0'])))
  })
}
