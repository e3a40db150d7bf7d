import { setImmediate as turn } from 'node:timers/promises'
import { utf8Serializer } from '@pravega-ts/event-client'
import { type CloseOptions, PravegaError } from '@pravega-ts/model'
import { afterEach, describe, expect, it } from 'vitest'
import { type EventReader, memoryStore, openEventReader, type ReaderGroupStore } from '../../src/index.ts'
import { drain, Scene } from './support/scene.ts'
import { settled } from './support/test-clock.ts'

let scene: Scene
afterEach(() => scene.end())

describe('joining', () => {
  it('takes one write, share of the segments included', async () => {
    scene = await Scene.of({ segments: 4 })
    await scene.reader('r1')
    expect(scene.group.log.at(-1)?.map(({ type }) => type)).toEqual([
      'addReader',
      'acquireSegment',
      'acquireSegment',
      'acquireSegment',
      'acquireSegment',
      'updateDistanceToTail',
    ])
  })

  it('can wait until all readers that are started together are there', async () => {
    scene = await Scene.of({ segments: 4 })
    const readers = await Promise.all(['a', 'b'].map(id => scene.reader(id, { initialAllocationDelayMs: 1000 })))
    expect(readers.map(({ segments }) => segments.length)).toEqual([0, 0])
    await scene.clock.until(() => readers.every(({ segments }) => segments.length === 2), 10_000)
  })

  it('is refused while a reader of the same id is online', async () => {
    scene = await Scene.of()
    await scene.reader('r1')
    await expect(scene.reader('r1')).rejects.toMatchObject({ code: 'READER_EXISTS' })
    expect((await scene.look()).assigned.get('r1')?.size).toBe(2)
  })

  it('is refused with names that no reader can have, and in groups that do not exist', async () => {
    scene = await Scene.of()
    await expect(scene.reader('no_good')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    for (const wrong of [
      { requestLength: 7 },
      { maxEventBytes: 1000 },
      { balanceUnitMs: 0 },
      { readAheadBytes: 0 },
      { initialAllocationDelayMs: -1 },
    ]) {
      await expect(scene.reader('r1', wrong)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    scene.group.delete()
    await expect(scene.reader('r1')).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
  })

  it('chooses an id when none is given', async () => {
    scene = await Scene.of()
    const parts = { store: scene.cluster.store, state: memoryStore(scene.group), group: { scope: 'a', name: 'g' } }
    const reader = await openEventReader({ ...parts, clock: scene.clock })
    expect(reader.readerId).toMatch(/^reader-[0-9a-f]{16}$/)
    expect(reader.group).toBe('a/g')
    await reader.close()
    await reader.close()
  })
})

describe('leaving', () => {
  it('comes with the end of the store below, which forgets readers that are closed', async () => {
    scene = await Scene.of({ segments: 1 })
    const { name } = scene.cluster.segment(0).write('a', 'b')
    const dependents = new Set<(options: CloseOptions) => Promise<void>>()
    const beforeClose: ReaderGroupStore['beforeClose'] = close => {
      dependents.add(close)
      return () => dependents.delete(close)
    }
    const open = (): Promise<EventReader<string>> => {
      const store = { ...scene.cluster.store, beforeClose }
      const parts = {
        store,
        state: memoryStore(scene.group),
        group: { scope: 'shop', name: 'billing' },
        readerId: 'r1',
      }
      return openEventReader({ ...parts, clock: scene.clock }, { serializer: utf8Serializer })
    }
    await (await open()).close()
    expect(dependents.size).toBe(0)

    const reader = await open()
    await reader.read()
    await reader.read()
    const waiting = expect(reader.read()).rejects.toMatchObject({ code: 'CLOSED' })
    await Promise.all([...dependents].map(close => close({})))
    await waiting
    const { assigned, unassigned } = await scene.look()
    expect([assigned.size, unassigned.get(name)]).toEqual([0, 18n])
    expect(dependents.size).toBe(0)
  })

  it('hands over what is acknowledged', async () => {
    scene = await Scene.of({ segments: 1 })
    const { name } = scene.cluster.segment(0).write('a', 'b', 'c')
    const reader = await scene.reader('r1')
    for await (const { value } of reader) {
      if (value !== 'b') continue
      await reader.close()
      break
    }
    expect((await scene.look()).unassigned.get(name)).toBe(9n)
    expect((await scene.look()).assigned.size).toBe(0)
    await expect(reader.acquireSegment()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(scene.cluster.segment(0).readers).toBe(0)
    expect(scene.clock.alarms).toBe(0)
  })

  it('ends iterations that wait, and fails calls that wait', async () => {
    scene = await Scene.of()
    const reader = await scene.reader('r1')
    const next = reader.events().next()
    const slice = reader.acquireSegment()
    slice.catch(() => {})
    await reader.close()
    expect(await next).toEqual({ done: true, value: undefined })
    await expect(slice).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('does not wait when it is forced to, and leaves all the same', async () => {
    scene = await Scene.of({ segments: 1 })
    const reader = await scene.reader('r1')
    let goOn = (): void => {}
    scene.group.beforeWrite = () =>
      new Promise<void>(resolve => {
        goOn = resolve
      })
    const closing = reader.close()
    await reader.close({ force: true })
    scene.group.beforeWrite = undefined
    goOn()
    await closing.catch(() => {})
    const other = await scene.reader('r2')
    await other.close({ force: true })
    await settled()
    expect((await scene.look()).assigned.has('r2')).toBe(false)
  })

  it('can be done without closing, once or more often', async () => {
    scene = await Scene.of()
    const reader = await scene.reader('r1')
    await reader.offline()
    await reader.offline()
    expect((await scene.look()).assigned.size).toBe(0)
    await expect(reader.read()).rejects.toMatchObject({ code: 'READER_OFFLINE' })
    expect((await reader.events().next()).done).toBe(true)
    const writes = scene.group.writes
    await reader.close()
    expect(scene.group.writes).toBe(writes)
  })

  it('is tried again by close when it failed', async () => {
    scene = await Scene.of({ segments: 1 })
    const { name } = scene.cluster.segment(0).write('a')
    const reader = await scene.reader('r1')
    await drain(reader)
    scene.group.beforeWrite = () => {
      throw new PravegaError('UNAVAILABLE', 'no')
    }
    await expect(reader.offline()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    scene.group.beforeWrite = undefined
    await reader.close()
    expect((await scene.look()).unassigned.get(name)).toBe(9n)
  })

  it('does not wait for a look without an answer longer than closing may take', async () => {
    scene = await Scene.of()
    const state = memoryStore(scene.group)
    const reader = await scene.reader('r1', {}, state, 10)
    state.refresh = () => new Promise(() => {})
    const closed: (CloseOptions | undefined)[] = []
    state.close = async options => void closed.push(options)
    await scene.clock.advance(3000)
    await expect(reader.close()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    // Nor does it let the state's own closing wait for that once more.
    expect(closed).toEqual([{ force: true }])
    await expect(reader.read()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(scene.clock.alarms).toBe(0)
  })
})

describe('being removed', () => {
  it('fails reads, gives out nothing more, and refuses slices that are out', async () => {
    scene = await Scene.of({ segments: 1 })
    scene.cluster.segment(0).write('a', 'b')
    const reader = await scene.reader('r1')
    const slice = await reader.acquireSegment()
    slice?.next()
    const waiting = reader.acquireSegment()
    waiting.catch(() => {})
    await scene.readerOffline('r1')
    await scene.clock.advance(3000)
    await expect(waiting).rejects.toMatchObject({ code: 'READER_OFFLINE' })
    expect(slice?.next()).toBeUndefined()
    expect(() => slice && reader.releaseSegment(slice)).toThrow('taken offline by another member')
    await expect(reader.read()).rejects.toMatchObject({ code: 'READER_OFFLINE' })
    expect(reader.segments).toEqual([])
    slice?.[Symbol.dispose]()
    await reader.close()
  })

  it('stops an iteration in the middle of what it has received', async () => {
    scene = await Scene.of({ segments: 1 })
    scene.cluster.segment(0).write('a', 'b', 'c')
    const reader = await scene.reader('r1')
    const iteration = reader.events()
    await iteration.next()
    await scene.readerOffline('r1')
    await scene.clock.advance(3000)
    await expect(iteration.next()).rejects.toMatchObject({ code: 'READER_OFFLINE' })
  })

  it('is noticed when another reader of its id has come since', async () => {
    scene = await Scene.of({ segments: 1 })
    const first = await scene.reader('r1')
    await scene.readerOffline('r1')
    const second = await scene.reader('r1')
    expect(second.segments).toHaveLength(1)
    const rival = await scene.reader('r2')
    await scene.admin.refresh()
    await scene.admin.transact(() => ({
      updates: [{ type: 'releaseSegment', reader: 'r1', segment: second.segments[0] ?? '', offset: 0n }],
      result: undefined,
    }))
    await scene.clock.until(() => rival.segments.length === 1)
    await expect(first.read({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'READER_OFFLINE' })
    await first.close()
    expect((await scene.look()).assigned.has('r1')).toBe(true)
  })

  it('is noticed by a look alone when one of its id owns the same segments since', async () => {
    scene = await Scene.of({ segments: 1 })
    const { name } = scene.cluster.segment(0).write('a', 'b')
    const first = await scene.reader('r1')
    await drain(first)
    await scene.clock.advance(5000)
    await scene.readerOffline('r1', new Map([[name, 0n]]))
    const second = await scene.reader('r1')
    await first.close()
    expect((await scene.look()).assigned.get('r1')?.has(name)).toBe(true)
    expect(await drain(second)).toEqual(['a', 'b'])
  })

  it('by a reset is told as that, and by a deletion too', async () => {
    scene = await Scene.of({ segments: 1 })
    const reader = await scene.reader('r1')
    await scene.reset(new Map([[scene.cluster.segment(0).name, 0n]]))
    await scene.clock.advance(3000)
    await expect(reader.read()).rejects.toMatchObject({ code: 'READER_GROUP_RESET', details: { newGeneration: 1n } })
    const other = await scene.reader('r2')
    scene.group.delete()
    await scene.clock.advance(3000)
    await expect(other.read()).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
    await other.close()
  })

  it('is what a reader does itself when a reset was left half-way', async () => {
    scene = await Scene.of({ segments: 1 })
    const { cluster } = scene
    const reader = await scene.reader('r1')
    const { id, generation: _, ...settings } = scene.config()
    cluster.record = {
      scope: 'shop',
      name: 'billing',
      id,
      generation: 1n,
      settings: { ...settings, rolloverSizeBytes: 0n },
    }
    cluster.failure = new PravegaError('UNAVAILABLE', 'no')
    await scene.admin.append({ type: 'updatingConfig', updating: true })
    await scene.clock.advance(16_000)
    expect(cluster.calls).toEqual(['getReaderGroup'])
    expect(await reader.read({ timeoutMs: 0 })).toEqual({ kind: 'idle' })
    cluster.failure = undefined
    await scene.clock.advance(14_000)
    await expect(reader.read()).rejects.toMatchObject({ code: 'READER_GROUP_RESET' })
    expect((await scene.look()).config.generation).toBe(1n)
    expect((await scene.look()).updatingConfig).toBe(false)
  })

  it('is made up for by rejoining', async () => {
    scene = await Scene.of({ segments: 1 })
    const { name } = scene.cluster.segment(0).write('a', 'b', 'c')
    const reader = await scene.reader('r1', { autoRejoin: true })
    const iteration = reader.events()
    await iteration.next()
    expect((await iteration.next()).value?.value).toBe('b')
    const slice = reader.acquireSegment()
    await scene.readerOffline('r1', new Map([[name, 9n]]))
    await scene.clock.advance(3000)
    expect((await slice)?.next()?.value).toBe('b')
    await scene.reset(new Map([[name, 18n]]))
    await scene.clock.advance(3000)
    expect((await iteration.next()).value?.value).toBe('c')
  })

  it('ends for good when somebody else has taken the id', async () => {
    scene = await Scene.of({ segments: 1 })
    const reader = await scene.reader('r1', { autoRejoin: true })
    await scene.readerOffline('r1')
    const thief = await scene.reader('r1')
    await thief.offline()
    const owner = await scene.reader('r1')
    await scene.admin.refresh()
    await scene.admin.transact(() => ({
      updates: [{ type: 'releaseSegment', reader: 'r1', segment: owner.segments[0] ?? '', offset: 0n }],
      result: undefined,
    }))
    await scene.clock.advance(3000)
    await expect(reader.read()).rejects.toMatchObject({ code: 'READER_EXISTS' })
  })
})

describe('a state that cannot be reached', () => {
  it('fails reads with its cause for as long as that lasts', async () => {
    scene = await Scene.of({ segments: 1 })
    const state = memoryStore(scene.group)
    const refresh = state.refresh.bind(state)
    const reader = await scene.reader('r1', {}, state)
    const waiting = reader.acquireSegment()
    waiting.catch(() => {})
    state.refresh = () => Promise.reject(new PravegaError('TOKEN_REFUSED', 'not for you'))
    await scene.clock.advance(3000)
    await expect(waiting).rejects.toMatchObject({ code: 'TOKEN_REFUSED' })
    await expect(reader.read()).rejects.toMatchObject({ code: 'TOKEN_REFUSED' })
    state.refresh = refresh
    await scene.clock.advance(3000)
    scene.cluster.segment(0).write('a')
    expect(await drain(reader)).toEqual(['a'])
  })

  it('is sorted out when it was reached without an answer', async () => {
    scene = await Scene.of({ segments: 2 })
    const state = memoryStore(scene.group)
    const transact = state.transact.bind(state)
    const reader = await scene.reader('r1', {}, state)
    const other = await scene.reader('r2')
    let lost = 0
    state.transact = async (...call) => {
      await transact(...call)
      lost += 1
      throw new PravegaError('CONNECTION_LOST', 'the answer')
    }
    await scene.clock.until(() => lost > 0)
    state.transact = transact
    await scene.clock.until(() => other.segments.length === 1)
    expect(reader.segments).toHaveLength(1)
    expect(reader.segments).not.toEqual(other.segments)
    expect(await reader.read({ timeoutMs: 0 })).toEqual({ kind: 'idle' })
  })

  it('keeps nothing alive that nobody waits for', async () => {
    scene = await Scene.of()
    const reader = await scene.reader('r1')
    await turn()
    expect(scene.clock.alive.size).toBe(0)
    const waiting = reader.read()
    waiting.catch(() => {})
    expect(scene.clock.alive.size).toBe(1)
    await reader.close()
    expect(scene.clock.alive.size).toBe(0)
  })
})
