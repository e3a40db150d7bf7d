import { PravegaError } from '@pravega-ts/model'
import { afterEach, describe, expect, it } from 'vitest'
import { drain, Scene } from './support/scene.ts'

let scene: Scene
afterEach(() => scene.end())

describe('a segment that ends', () => {
  it('is followed by its successors when all their predecessors are done', async () => {
    scene = await Scene.of({ segments: 2 })
    const { cluster } = scene
    const [a, b] = [await scene.reader('a'), await scene.reader('b')]
    await scene.clock.until(() => b.segments.length === 1)
    for (const [place, text] of [
      [0.1, 'low'],
      [0.9, 'high'],
    ] as const) {
      cluster.write(place, text)
    }
    cluster.scale(cluster.active, [{ low: 0, high: 1 }])
    cluster.write(0.5, 'merged')
    const first = await drain(a)
    await scene.clock.advance(10_000)
    expect(await drain(a)).toEqual([])
    expect(cluster.segment(2).readers).toBe(0)
    const second = await drain(b)
    expect([...first, ...second.slice(0, 1)].sort()).toEqual(['high', 'low'])
    await scene.clock.advance(10_000)
    expect([...second.slice(1), ...(await drain(a)), ...(await drain(b))]).toEqual(['merged'])
  })

  it('waits until the controller shows what follows', async () => {
    scene = await Scene.of({ segments: 1 })
    const { cluster } = scene
    const reader = await scene.reader('r1')
    cluster.hidesSuccessors = true
    cluster.scale(cluster.active, [{ low: 0, high: 1 }])
    cluster.write(0.5, 'next')
    expect(await drain(reader)).toEqual([])
    await scene.clock.advance(2_000)
    expect(reader.segments).toEqual([cluster.segment(0).name])
    cluster.hidesSuccessors = false
    await scene.clock.until(() => reader.segments[0] === cluster.segment(1).name)
    expect(await drain(reader)).toEqual(['next'])
  })

  it('fails reads while the controller cannot be asked, and goes on afterwards', async () => {
    scene = await Scene.of({ segments: 1 })
    const { cluster } = scene
    const reader = await scene.reader('r1')
    cluster.failure = new PravegaError('RETRIES_EXHAUSTED', 'no controller')
    cluster.seal()
    await reader.read({ timeoutMs: 0 })
    await expect(reader.read()).rejects.toMatchObject({ code: 'RETRIES_EXHAUSTED' })
    cluster.failure = undefined
    await scene.clock.advance(1_000)
    expect(await reader.read()).toEqual({ kind: 'endOfData' })
  })

  it('ends the group for all readers', async () => {
    scene = await Scene.of({ segments: 2 })
    const [a, b] = [await scene.reader('a'), await scene.reader('b')]
    scene.cluster.write(0.1, 'x')
    scene.cluster.seal()
    const last = b.read()
    expect(await drain(a)).toEqual(['x'])
    await scene.clock.advance(10_000)
    expect([await a.read(), await last]).toEqual([{ kind: 'endOfData' }, { kind: 'endOfData' }])
  })

  it('where the group ends has no successors', async () => {
    scene = await Scene.of({
      segments: 2,
      ends: new Map([
        [0, 18n],
        [1, 0n],
      ]),
    })
    const { cluster } = scene
    cluster.segment(0).write('a', 'b', 'c')
    cluster.segment(1).write('x')
    const reader = await scene.reader('r1')
    expect(await drain(reader)).toEqual(['a', 'b'])
    await scene.clock.advance(0)
    expect(await reader.read()).toEqual({ kind: 'endOfData' })
    expect(cluster.calls).toEqual([])
  })

  it('is not read again by whoever gets it at its end', async () => {
    scene = await Scene.of({ segments: 1, starts: new Map([[0, -1n]]) })
    const { cluster } = scene
    cluster.segment(0).write('old')
    cluster.scale(cluster.active, [{ low: 0, high: 1 }])
    cluster.write(0.5, 'new')
    const reader = await scene.reader('r1')
    await scene.clock.advance(0)
    expect(await drain(reader)).toEqual(['new'])
  })
})

describe('a segment that is gone', () => {
  it('because of truncation is followed by what follows it', async () => {
    scene = await Scene.of({ segments: 1 })
    const { cluster } = scene
    const [old] = cluster.active
    cluster.scale(cluster.active, [{ low: 0, high: 1 }])
    cluster.write(0.5, 'new')
    old?.delete()
    const reader = await scene.reader('r1')
    expect(await drain(reader)).toEqual(['new'])
  })

  it('because the stream is another one fails reads by name, and holds up no other segment', async () => {
    scene = await Scene.of({ segments: 2 })
    const { cluster } = scene
    const gone = cluster.segment(0)
    cluster.segments.delete(gone.name)
    cluster.segment(1).write('x')
    const reader = await scene.reader('r1')
    const seen: unknown[] = []
    const readOn = async (): Promise<void> => {
      const item = await reader.read().catch(error => error.code)
      seen.push(item.event?.value ?? item)
    }
    await readOn()
    await readOn()
    cluster.segment(1).write('y')
    await readOn()
    await readOn()
    expect(seen.filter(item => item !== 'READER_GROUP_STALE')).toEqual(['x', 'y'])
    expect(seen).toContain('READER_GROUP_STALE')
  })
})

describe('a segment that cannot be read', () => {
  it('fails reads each time it is its turn, and is tried anew', async () => {
    scene = await Scene.of({ segments: 1 })
    const segment = scene.cluster.segment(0)
    const reader = await scene.reader('r1')
    segment.fail(new PravegaError('TOKEN_REFUSED', 'not for you'))
    await expect(reader.read()).rejects.toMatchObject({ code: 'TOKEN_REFUSED' })
    await expect(reader.events().next()).rejects.toMatchObject({ code: 'TOKEN_REFUSED' })
    segment.fail(undefined).write('a')
    expect(await drain(reader)).toEqual(['a'])
  })

  it('is told with the place when there are no events in it', async () => {
    scene = await Scene.of({ segments: 1 })
    const segment = scene.cluster.segment(0).write('a')
    segment.data = Buffer.concat([segment.data, Buffer.from([0, 0, 0, 9, 0, 0, 0, 0])])
    const reader = await scene.reader('r1')
    expect(await reader.read()).toMatchObject({ kind: 'event' })
    await expect(reader.read()).rejects.toMatchObject({ code: 'CORRUPT_EVENT', details: { offset: 9n } })
    await expect(reader.read()).rejects.toMatchObject({ code: 'CORRUPT_EVENT' })
  })
})
