import { afterEach, describe, expect, it } from 'vitest'
import type { EventReader } from '../../src/index.ts'
import { drain, Scene } from './support/scene.ts'

let scene: Scene
afterEach(() => scene.end())

function shares(readers: readonly EventReader<string>[]): readonly number[] {
  return readers.map(({ segments }) => segments.length).sort()
}

describe('the segments of a group', () => {
  it('spread over readers that join one after the other, and over those that are left', async () => {
    scene = await Scene.of({ segments: 8 })
    const readers = [await scene.reader('a')]
    expect(shares(readers)).toEqual([8])
    readers.push(await scene.reader('b'))
    await scene.clock.until(() => shares(readers).join() === '4,4', 30_000)
    readers.push(await scene.reader('c'))
    await scene.clock.until(() => shares(readers).join() === '2,3,3', 60_000)
    await readers.shift()?.close()
    await scene.clock.until(() => shares(readers).join() === '4,4', 30_000)
  })

  it('stay where they are once they are spread', async () => {
    scene = await Scene.of({ segments: 8 })
    const readers = [await scene.reader('a'), await scene.reader('b'), await scene.reader('c')]
    await scene.clock.until(() => shares(readers).join() === '2,3,3', 60_000)
    const before = readers.map(({ segments }) => segments)
    await scene.clock.advance(300_000)
    expect(readers.map(({ segments }) => segments)).toEqual(before)
  })

  it('spread when one reader has read everything and the others have nothing to read', async () => {
    scene = await Scene.of({ segments: 3 })
    const readers = [await scene.reader('a')]
    for (const segment of scene.cluster.active) segment.write('x')
    for (const reader of readers) expect(await drain(reader)).toHaveLength(3)
    readers.push(await scene.reader('b'), await scene.reader('c'))
    await scene.clock.until(() => shares(readers).join() === '1,1,1', 60_000)
  })

  it('are taken over at once when they grow out of one that was completed', async () => {
    scene = await Scene.of({ segments: 1 })
    const { cluster } = scene
    const reader = await scene.reader('a')
    cluster.write(0.1, 'old')
    cluster.scale(cluster.active, [
      { low: 0, high: 0.5 },
      { low: 0.5, high: 1 },
    ])
    cluster.write(0.1, 'low')
    cluster.write(0.9, 'high')
    const texts = await drain(reader)
    expect(texts[0]).toBe('old')
    expect(texts.sort()).toEqual(['high', 'low', 'old'])
    expect(scene.group.log.at(-1)?.map(({ type }) => type)).toEqual([
      'segmentCompleted',
      'acquireSegment',
      'acquireSegment',
      'updateDistanceToTail',
    ])
  })

  it('are not given away while a slice of them is out, others are', async () => {
    scene = await Scene.of({ segments: 2 })
    const reader = await scene.reader('a')
    const names = [...reader.segments]
    for (const { name } of scene.cluster.active) scene.cluster.segments.get(name)?.write('x')
    const slice = await reader.acquireSegment()
    const other = await scene.reader('b')
    await scene.clock.until(() => other.segments.length === 1)
    expect(other.segments).toEqual(names.filter(name => name !== String(slice?.segment)))
  })

  it('are given away when they come back, when slices of all of them are out', async () => {
    scene = await Scene.of({ segments: 2 })
    const reader = await scene.reader('a')
    for (const segment of scene.cluster.active) segment.write('x', 'y')
    const slices = [await reader.acquireSegment(), await reader.acquireSegment()]
    const other = await scene.reader('b')
    await scene.clock.advance(30_000)
    expect(other.segments).toEqual([])
    for (const slice of slices) {
      slice?.next()
      slice?.[Symbol.dispose]()
    }
    await scene.clock.until(() => other.segments.length === 1, 5_000)
    expect(await drain(other)).toEqual(['y'])
    expect(await drain(reader)).toEqual(['y'])
  })

  it('come back between two events of an iteration when they are wanted', async () => {
    scene = await Scene.of({ segments: 2 })
    const reader = await scene.reader('a')
    for (const segment of scene.cluster.active) segment.write(...'123456')
    const slow = [reader.events(), reader.events()]
    for (const events of slow) await events.next()
    const other = await scene.reader('b')
    await scene.clock.advance(10_000)
    const next = await Promise.all(
      slow.map(async events => (await Promise.race([events.next(), idle(scene)]))?.value?.value),
    )
    expect(next.sort()).toEqual(['2', undefined].sort())
    await scene.clock.until(() => other.segments.length === 1, 5_000)
    expect(await drain(other)).toEqual(['2', '3', '4', '5', '6'])
  })
})

async function idle({ clock }: Scene): Promise<undefined> {
  await clock.advance(0)
  return undefined
}

describe('what the group costs', () => {
  it('is one look a refresh when nothing happens, whatever the number of segments', async () => {
    scene = await Scene.of({ segments: 8 })
    const readers = await Promise.all(['a', 'b', 'c'].map(id => scene.reader(id)))
    await scene.clock.until(() => shares(readers).join() === '2,3,3', 60_000)
    await scene.clock.advance(20_000)
    const { reads, writes } = scene.group
    await scene.clock.advance(60_000)
    expect(scene.group.writes - writes).toBe(0)
    expect(scene.group.reads - reads).toBeLessThanOrEqual(3 * 21)
  })

  it('does not depend on the number of events and slices', async () => {
    scene = await Scene.of({ segments: 2 })
    const reader = await scene.reader('a', { requestLength: 900 })
    const { reads, writes } = scene.group
    for (const segment of scene.cluster.active) segment.write(...Array.from({ length: 5000 }, () => 'x'))
    expect(await drain(reader)).toHaveLength(10_000)
    expect([scene.group.reads - reads, scene.group.writes - writes]).toEqual([0, 0])
  })

  it('is a lag every few seconds while it reads, told without a condition', async () => {
    scene = await Scene.of({ segments: 1, config: { automaticCheckpointIntervalMs: -1n } })
    const reader = await scene.reader('a')
    const { writes } = scene.group
    for (let second = 0; second < 60; second++) {
      scene.cluster.write(0.5, 'x')
      await drain(reader)
      await scene.clock.advance(1000)
    }
    expect(scene.group.writes - writes).toBeGreaterThan(20)
    expect(scene.group.writes - writes).toBeLessThanOrEqual(31)
    const state = await scene.look()
    for (const offset of state.lastRead.values()) expect(offset).toBeGreaterThan(9n * 50n)
    expect(state.lag.get('a')).toBeGreaterThan(1_000_000_000_000n)
  })
})
