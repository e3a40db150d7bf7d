import { PravegaError } from '@pravega-ts/model'
import { afterEach, describe, expect, it } from 'vitest'
import { checkpointStatus, memoryStore } from '../../src/index.ts'
import { drain, Scene } from './support/scene.ts'

let scene: Scene
afterEach(() => scene.end())

async function statusOf(checkpoint: string): Promise<unknown> {
  return checkpointStatus(await scene.look(), checkpoint)
}

describe('a checkpoint', () => {
  it('is answered with what is acknowledged, without the application', async () => {
    scene = await Scene.of({ segments: 2 })
    const names = scene.cluster.active.map(({ name }) => name)
    scene.cluster.segment(0).write('a', 'b')
    scene.cluster.segment(1).write('x', 'y')
    const reader = await scene.reader('r1')
    const slice = await reader.acquireSegment()
    slice?.next()
    const events = reader.events()
    await events.next()
    await events.next()
    await scene.checkpoint('cp')
    await scene.clock.advance(3000)
    expect(await statusOf('cp')).toEqual({
      kind: 'complete',
      positions: new Map([
        [names[0], 0n],
        [names[1], 9n],
      ]),
    })
    expect((await scene.look()).checkpoints.last).toBeDefined()
  })

  it('waits for a reader that died, and counts it when it is taken offline', async () => {
    scene = await Scene.of({ segments: 2 })
    await scene.reader('alive')
    const dead = memoryStore(scene.group)
    await dead.refresh()
    await dead.transact(() => ({ updates: [{ type: 'addReader', reader: 'dead' }], result: undefined }))
    await scene.checkpoint('cp')
    await scene.clock.advance(3000)
    expect(await statusOf('cp')).toEqual({ kind: 'waiting', readers: ['dead'] })
    await scene.readerOffline('dead')
    expect(await statusOf('cp')).toMatchObject({ kind: 'complete' })
  })

  it('is delivered between two events where that is asked for, and answered with the next read', async () => {
    scene = await Scene.of({ segments: 1 })
    const { name } = scene.cluster.segment(0).write('a', 'b', 'c')
    const reader = await scene.reader('r1', { checkpoints: 'deliver' })
    expect(await reader.read()).toMatchObject({ kind: 'event', event: { value: 'a' } })
    await scene.checkpoint('cp')
    await scene.clock.advance(10_000)
    expect(await statusOf('cp')).toMatchObject({ kind: 'waiting' })
    expect(await reader.read()).toEqual({ kind: 'checkpoint', checkpoint: 'cp' })
    await scene.clock.advance(10_000)
    expect(await statusOf('cp')).toMatchObject({ kind: 'waiting' })
    expect(await reader.read()).toMatchObject({ kind: 'event', event: { value: 'b' } })
    expect(await reader.read()).toMatchObject({ kind: 'event', event: { value: 'c' } })
    await scene.clock.advance(0)
    expect(await statusOf('cp')).toEqual({ kind: 'complete', positions: new Map([[name, 9n]]) })
  })

  it('is given again when the loop that got it was left', async () => {
    scene = await Scene.of({ segments: 1 })
    const reader = await scene.reader('r1', { checkpoints: 'deliver' })
    await scene.checkpoint('cp')
    await scene.clock.advance(3000)
    for await (const item of reader.items()) {
      expect(item.kind).toBe('checkpoint')
      break
    }
    await scene.clock.advance(3000)
    expect(await statusOf('cp')).toMatchObject({ kind: 'waiting' })
    expect(await reader.read()).toMatchObject({ kind: 'checkpoint' })
  })

  it('is answered by the ways of reading that do not show it', async () => {
    scene = await Scene.of({ segments: 1 })
    const { name } = scene.cluster.segment(0).write('a', 'b')
    const reader = await scene.reader('r1', { checkpoints: 'deliver' })
    const events = reader.events()
    await events.next()
    await scene.checkpoint('cp')
    await scene.clock.advance(3000)
    expect(await statusOf('cp')).toMatchObject({ kind: 'waiting' })
    expect((await events.next()).value?.value).toBe('b')
    await scene.clock.advance(0)
    expect(await statusOf('cp')).toEqual({ kind: 'complete', positions: new Map([[name, 9n]]) })
  })

  it('that is silent is answered at once', async () => {
    scene = await Scene.of({ segments: 1 })
    await scene.reader('r1', { checkpoints: 'deliver' })
    await scene.checkpoint('x_SILENT_')
    await scene.clock.advance(3000)
    expect(await statusOf('x_SILENT_')).toMatchObject({ kind: 'complete' })
    expect((await scene.look()).checkpoints.last).toBeUndefined()
  })

  it('that waits for the application stops acquiring, releasing and completing', async () => {
    scene = await Scene.of({ segments: 2 })
    const reader = await scene.reader('r1', { checkpoints: 'deliver' })
    await scene.checkpoint('cp')
    await scene.clock.advance(3000)
    expect((await reader.read()).kind).toBe('checkpoint')
    const other = await scene.reader('r2')
    await scene.clock.advance(60_000)
    expect(other.segments).toEqual([])
    expect(await reader.read({ timeoutMs: 0 })).toEqual({ kind: 'idle' })
    await scene.clock.until(() => other.segments.length === 1)
  })
})

describe('automatic checkpoints', () => {
  it('record positions, where they have changed', async () => {
    scene = await Scene.of({ segments: 1 })
    const { name } = scene.cluster.segment(0).write('a')
    const reader = await scene.reader('r1')
    await drain(reader)
    await scene.clock.advance(30_000)
    expect(scene.group.log.at(-1)?.map(({ type }) => type)).toEqual([
      'createCheckpoint',
      'clearCheckpointsBefore',
      'checkpointReader',
    ])
    expect((await scene.look()).assigned.get('r1')?.get(name)).toBe(9n)
    const { writes } = scene.group
    await scene.clock.advance(120_000)
    expect(scene.group.writes).toBe(writes)
  })

  it('are answered by all, and made by one', async () => {
    scene = await Scene.of({ segments: 3 })
    const readers = await Promise.all(['a', 'b', 'c'].map(id => scene.reader(id)))
    await scene.clock.until(() => readers.every(({ segments }) => segments.length === 1))
    for (const segment of scene.cluster.active) segment.write('x')
    for (const reader of readers) await drain(reader)
    const before = scene.group.log.length
    await scene.clock.advance(40_000)
    const written = scene.group.log.slice(before).flat()
    expect(written.filter(({ type }) => type === 'createCheckpoint')).toHaveLength(1)
    expect(written.filter(({ type }) => type === 'checkpointReader')).toHaveLength(3)
    expect([...((await scene.look()).checkpoints.last?.values() ?? [])]).toEqual([9n, 9n, 9n])
  })

  it('can be off', async () => {
    scene = await Scene.of({ segments: 1, config: { automaticCheckpointIntervalMs: 0n } })
    scene.cluster.write(0.5, 'a')
    await drain(await scene.reader('r1'))
    await scene.clock.advance(120_000)
    expect((await scene.look()).checkpoints.list).toEqual([])
  })

  it('tell the controller what was consumed, where the group is so configured; again when that failed', async () => {
    scene = await Scene.of({ segments: 1, config: { retention: 'automatic' } })
    const { cluster } = scene
    const reader = await scene.reader('r1')
    cluster.write(0.5, 'a')
    await drain(reader)
    cluster.failure = new PravegaError('CONTROLLER_FAILURE', 'no')
    await scene.clock.advance(31_000)
    expect((await scene.look()).checkpoints.published).toBe(false)
    cluster.failure = undefined
    cluster.write(0.5, 'b')
    await drain(reader)
    await scene.clock.advance(31_000)
    expect(cluster.published).toHaveLength(1)
    expect(cluster.published[0]).toContain('18')
    expect((await scene.look()).checkpoints.published).toBe(true)
  })
})
