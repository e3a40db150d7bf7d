import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  DIAGNOSTICS,
  type GroupWaitMessage,
  MemoryGroup,
  memoryStore,
  ReaderGroup,
  ReaderPosition,
  type StateStore,
} from '../../src/index.ts'
import { groupConfig, initial, STREAM, segment } from '../stores/states.ts'
import { FakeCluster } from './fake-cluster.ts'

let shared: MemoryGroup
let group: ReaderGroup
let reader: StateStore
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  shared = new MemoryGroup()
  reader = memoryStore(shared)
  const config = groupConfig({ maxOutstandingCheckpoints: 1 })
  await reader.initialize(initial(3, config))
  for (const [id, number] of [
    ['r1', 0],
    ['r2', 1],
  ] as const) {
    await reader.transact(() => ({
      updates: [
        { type: 'addReader', reader: id },
        { type: 'acquireSegment', reader: id, segment: segment(number) },
      ],
      result: undefined,
    }))
  }
  group = new ReaderGroup({
    store: new FakeCluster().client(),
    group: { scope: 'shop', name: 'group' },
    kind: 'log',
    state: memoryStore(shared),
    newState: () => memoryStore(shared),
  })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Time until the group looks again. */
async function nextLook(): Promise<void> {
  await vi.advanceTimersByTimeAsync(500)
}

async function answer(id: string, checkpoint: string, offset: bigint): Promise<void> {
  const { assigned } = await reader.refresh()
  const positions = new Map([...(assigned.get(id)?.keys() ?? [])].map(name => [name, offset] as const))
  await reader.transact(() => ({
    updates: [{ type: 'checkpointReader', checkpoint, reader: id, positions }],
    result: undefined,
  }))
}

/** Resolves when somebody waits for readers. */
function waiting(): Promise<GroupWaitMessage> {
  return new Promise(resolve => {
    const listen = (message: unknown): void => {
      unsubscribe(DIAGNOSTICS.wait, listen)
      resolve(message as GroupWaitMessage)
    }
    subscribe(DIAGNOSTICS.wait, listen)
  })
}

describe('a checkpoint', () => {
  it('is there when all readers have answered, with the positions of unassigned segments too', async () => {
    const seen = waiting()
    const result = group.initiateCheckpoint('cp')
    expect(await seen).toMatchObject({ group: 'shop/group', readers: ['r1', 'r2'] })
    await answer('r1', 'cp', 10n)
    expect(await group.checkpointStatus('cp')).toEqual({
      name: 'cp',
      isSilent: false,
      state: 'waiting',
      waitingFor: ['r2'],
    })
    await answer('r2', 'cp', 20n)
    await nextLook()
    const { name, cuts } = await result
    expect(name).toBe('cp')
    expect(Object.fromEntries(cuts.get(String(STREAM))?.positions ?? [])).toEqual({ 0: 10n, 1: 20n, 2: 0n })
  })

  it('forgets the ones before it', async () => {
    await group.cancelOutstandingCheckpoints()
    await reader.transact(() => ({ updates: [{ type: 'createCheckpoint', checkpoint: 'old' }], result: undefined }))
    await answer('r1', 'old', 1n)
    await answer('r2', 'old', 1n)
    const seen = waiting()
    const result = group.initiateCheckpoint('new')
    await seen
    await answer('r1', 'new', 10n)
    await answer('r2', 'new', 10n)
    await nextLook()
    await result
    expect((await group.checkpoints()).map(({ name }) => name)).toEqual(['new'])
  })

  it('that was cleared between two looks is there all the same, if it was complete', async () => {
    const seen = waiting()
    const result = group.initiateCheckpoint('cp')
    await seen
    await answer('r1', 'cp', 10n)
    await answer('r2', 'cp', 20n)
    await reader.transact(() => ({
      updates: [
        { type: 'createCheckpoint', checkpoint: 'automatic' },
        { type: 'clearCheckpointsBefore', checkpoint: 'automatic' },
      ],
      result: undefined,
    }))
    await answer('r1', 'automatic', 30n)
    await nextLook()
    const { cuts } = await result
    expect(Object.fromEntries(cuts.get(String(STREAM))?.positions ?? [])).toEqual({ 0: 10n, 1: 20n, 2: 0n })
    expect((await group.checkpoints()).map(({ name }) => name)).toEqual(['automatic'])
  })

  it('that takes too long names the readers that are late, and stays', async () => {
    const seen = waiting()
    const result = group.initiateCheckpoint('cp', { timeoutMs: 800 })
    result.catch(() => {})
    await seen
    await answer('r1', 'cp', 10n)
    await nextLook()
    await nextLook()
    await expect(result).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: expect.stringMatching(/Checkpoint cp of reader group shop\/group, which waits for reader r2/),
    })
    expect(await group.checkpointStatus('cp')).toMatchObject({ state: 'waiting', waitingFor: ['r2'] })
  })

  it('ends with the signal of the call', async () => {
    const abort = new AbortController()
    const seen = waiting()
    const result = group.initiateCheckpoint(undefined, { signal: abort.signal })
    result.catch(() => {})
    await seen
    abort.abort()
    await expect(result).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('is refused when too many are under way, naming who holds them up', async () => {
    await reader.transact(() => ({ updates: [{ type: 'createCheckpoint', checkpoint: 'stuck' }], result: undefined }))
    await expect(group.initiateCheckpoint('more')).rejects.toMatchObject({
      code: 'CHECKPOINT_REFUSED',
      message: expect.stringContaining('stuck waits for r1, r2'),
      details: { outstanding: ['stuck'] },
    })
    expect(await group.cancelOutstandingCheckpoints()).toEqual(['stuck'])
    expect(await group.cancelOutstandingCheckpoints()).toEqual([])
  })

  it('is refused under a name that is in use, empty or kept for silent ones', async () => {
    await reader.transact(() => ({ updates: [{ type: 'createCheckpoint', checkpoint: 'cp' }], result: undefined }))
    await answer('r1', 'cp', 1n)
    await answer('r2', 'cp', 1n)
    await expect(group.initiateCheckpoint('cp')).rejects.toMatchObject({ code: 'CHECKPOINT_REFUSED' })
    for (const name of ['', 'a_SILENT_b']) {
      await expect(group.initiateCheckpoint(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
  })

  it('fails when it is cancelled', async () => {
    const seen = waiting()
    const result = group.initiateCheckpoint('cp')
    result.catch(() => {})
    await seen
    await group.cancelOutstandingCheckpoints()
    await nextLook()
    await expect(result).rejects.toMatchObject({ code: 'CHECKPOINT_FAILED' })
  })

  it('counts a reader that leaves with its last offsets', async () => {
    const seen = waiting()
    const result = group.initiateCheckpoint('cp')
    await seen
    await answer('r1', 'cp', 10n)
    expect(await group.readerOffline('r2', new ReaderPosition([[segment(1), 33n]]))).toBe(true)
    await nextLook()
    const { cuts } = await result
    expect(cuts.get(String(STREAM))?.positions.get(1n)).toBe(33n)
  })
})

describe('stream cuts', () => {
  it('are the recorded ones, or asked for from all readers', async () => {
    const recorded = await group.streamCuts()
    expect(Object.fromEntries(recorded.get(String(STREAM))?.positions ?? [])).toEqual({ 0: 0n, 1: 0n, 2: 0n })
    const seen = waiting()
    const result = group.generateStreamCuts()
    await seen
    const [silent] = await group.checkpoints()
    expect(silent).toMatchObject({ isSilent: true, state: 'waiting' })
    await answer('r1', silent?.name ?? '', 70n)
    await answer('r2', silent?.name ?? '', 80n)
    await nextLook()
    const cuts = await result
    expect(Object.fromEntries(cuts.get(String(STREAM))?.positions ?? [])).toEqual({ 0: 70n, 1: 80n, 2: 0n })
    expect((await group.state()).checkpoints.last).toBeUndefined()
  })
})

describe('a reader', () => {
  it('is taken offline once, with the offsets of what it owns', async () => {
    const position = new ReaderPosition([
      [segment(0), 12n],
      [segment(1), 99n],
    ])
    expect(await group.readerOffline('r1', position.toText())).toBe(true)
    expect(await group.readerOffline('r1', position)).toBe(false)
    expect(await group.readerOffline('never')).toBe(false)
    const { unassigned, readers } = await group.describe()
    expect(unassigned).toContainEqual({ segment: segment(0), offset: 12n })
    expect(readers).toEqual([{ readerId: 'r2', segments: [{ segment: segment(1), offset: 0n }] }])
    await expect(group.readerOffline('r2', 'nonsense')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(group.readerOffline('not_an_id')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('notices', () => {
  it('tell of segments and readers when they change, and of the end of the data', async () => {
    const seen: unknown[] = []
    const all = (async () => {
      for await (const notice of group.notices()) seen.push(notice)
    })()
    const ended = group.endOfData()
    await vi.advanceTimersByTimeAsync(3000)
    expect(seen).toEqual([{ kind: 'segments', segments: 3, readers: 2 }])
    await group.readerOffline('r2')
    await vi.advanceTimersByTimeAsync(3000)
    expect(seen.at(-1)).toEqual({ kind: 'segments', segments: 3, readers: 1 })

    for (const number of [0, 1, 2]) {
      await reader.refresh()
      await reader.transact(({ assigned }) => ({
        updates: [
          ...(assigned.get('r1')?.has(segment(number))
            ? []
            : [{ type: 'acquireSegment', reader: 'r1', segment: segment(number) } as const]),
          {
            type: 'segmentCompleted',
            reader: 'r1',
            segment: segment(number),
            successors: new Map(),
            ranges: new Map(),
          },
        ],
        result: undefined,
      }))
    }
    await vi.advanceTimersByTimeAsync(3000)
    await all
    await ended
    expect(seen.at(-1)).toEqual({ kind: 'endOfData' })
  })

  it('end when the loop is left', async () => {
    for await (const notice of group.notices()) {
      expect(notice.kind).toBe('segments')
      break
    }
  })
})
