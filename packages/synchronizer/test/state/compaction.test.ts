import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { openStateSynchronizer, type StateSynchronizer } from '../../src/index.ts'
import { type ModelClient, ModelStore } from '../support/model-store.ts'
import { type Texts, textModel } from '../support/text-model.ts'

const stream = new ScopedStream('s', 'state')
const same = (state: Texts): Texts => state

interface Member {
  readonly client: ModelClient
  readonly state: StateSynchronizer<Texts, Texts, string>
}

async function members(store: ModelStore, count: number): Promise<Member[]> {
  const made: Member[] = []
  for (let n = 0; n < count; n += 1) {
    const client = store.client()
    const state = await openStateSynchronizer(client, stream, textModel)
    await state.initialize([])
    made.push({ client, state })
  }
  return made
}

const append = (member: Member, ...updates: string[]): Promise<void> =>
  member.state.updateState(() => ({ updates, result: undefined }))

describe('compaction', () => {
  it('writes a full state, moves the mark to it, and drops what stands before the old mark', async () => {
    const store = new ModelStore()
    const segment = store.createStream(stream)
    const [a] = (await members(store, 1)) as [Member]
    await append(a, 'x')
    const first = segment.bytes.length
    expect(await a.state.compact(same)).toBe(true)
    expect(segment).toMatchObject({ mark: BigInt(first), start: 0 })
    expect(a.state.bytesSinceCompaction).toBe(BigInt(segment.bytes.length - first))
    await append(a, 'y')
    const second = segment.bytes.length
    expect(await a.state.compact(same)).toBe(true)
    expect(segment).toMatchObject({ mark: BigInt(second), start: first })
    expect(a.state.state).toEqual(['x', 'y'])
  })

  it('lets later members begin at the full state', async () => {
    const store = new ModelStore()
    store.createStream(stream)
    const [a] = (await members(store, 1)) as [Member]
    for (let n = 0; n < 100; n += 1) await append(a, String(n))
    await a.state.compact(state => state.slice(90))
    const [late] = (await members(store, 1)) as [Member]
    expect(late.state.state).toHaveLength(10)
    expect(late.state.bytesSinceCompaction).toBe(a.state.bytesSinceCompaction)
  })

  it('replaces the state of the others by what it has written', async () => {
    const store = new ModelStore()
    store.createStream(stream)
    const [a, b] = (await members(store, 2)) as [Member, Member]
    await append(a, 'x', 'y')
    await b.state.fetchUpdates()
    await a.state.compact(() => ['short'])
    expect(await b.state.fetchUpdates()).toEqual(['short'])
    expect(b.state.bytesSinceCompaction).toBe(a.state.bytesSinceCompaction)
  })

  it('is not done twice by two members', async () => {
    const store = new ModelStore()
    store.createStream(stream)
    const [a, b] = (await members(store, 2)) as [Member, Member]
    await append(a, 'x')
    expect([await a.state.compact(same), await b.state.compact(same)]).toEqual([true, false])
    expect(await b.state.compact(() => undefined)).toBe(false)
  })

  it('leaves members that lag one full state', async () => {
    const store = new ModelStore()
    store.createStream(stream)
    const [a, slow] = (await members(store, 2)) as [Member, Member]
    await append(a, 'x')
    await a.state.compact(same)
    await slow.state.fetchUpdates()
    await append(a, 'y')
    await a.state.compact(same)
    slow.client.takeRequests()
    expect(await slow.state.fetchUpdates()).toEqual(['x', 'y'])
    expect(slow.client.takeRequests()).toEqual(['info', 'read'])
  })

  it('sends members that lag more to the mark', async () => {
    const store = new ModelStore()
    store.createStream(stream)
    const [a, slow, refused] = (await members(store, 3)) as [Member, Member, Member]
    for (const text of ['x', 'y', 'z']) {
      await append(a, text)
      await a.state.compact(same)
    }
    expect(await slow.state.fetchUpdates()).toEqual(['x', 'y', 'z'])
    await append(refused, 'w')
    expect(refused.state.state).toEqual(['x', 'y', 'z', 'w'])
  })

  it('finds a full state although the server has forgotten the mark', async () => {
    const store = new ModelStore()
    const segment = store.createStream(stream)
    const [a, forgetful] = (await members(store, 2)) as [Member, Member]
    forgetful.client.forgetsMark = true
    for (const text of ['x', 'y', 'z']) {
      await append(a, text)
      await a.state.compact(same)
    }
    expect(await forgetful.state.fetchUpdates()).toEqual(['x', 'y', 'z'])
    const { start } = segment
    await append(forgetful, 'w')
    expect(await forgetful.state.compact(same)).toBe(true)
    // The mark was guessed rightly: it is where the full state before began.
    expect(segment.start).toBeGreaterThan(start)
    const [late] = (await members(store, 1)) as [Member]
    expect(late.state.state).toEqual(['x', 'y', 'z', 'w'])
  })

  it('leaves a mark alone that is further on already', async () => {
    const store = new ModelStore()
    const segment = store.createStream(stream)
    const [a, b] = (await members(store, 2)) as [Member, Member]
    let isFirst = true
    a.client.before = async name => {
      if (name !== 'getAttribute' || !isFirst) return
      isFirst = false
      await b.state.fetchUpdates()
      await append(b, 'x')
      await b.state.compact(same)
    }
    await a.state.compact(same)
    expect(segment.mark).toBe(BigInt(segment.bytes.length) - (b.state.bytesSinceCompaction ?? 0n))
    expect(await a.state.fetchUpdates()).toEqual(['x'])
  })

  it('truncates only what is before the mark that it has replaced itself', async () => {
    const store = new ModelStore()
    const segment = store.createStream(stream)
    const [a, b] = (await members(store, 2)) as [Member, Member]
    await append(a, 'x')
    await a.state.compact(same)
    const { mark } = segment
    await b.state.fetchUpdates()
    // Between the full state and its mark somebody reads on from the old one.
    a.client.before = async name => {
      if (name === 'truncate') expect(segment.mark).toBeGreaterThan(mark ?? 0n)
    }
    await append(a, 'y')
    await a.state.compact(same)
    expect(BigInt(segment.start)).toBe(mark)
  })

  it('says when the steps behind the full state fail; the state is right all the same', async () => {
    const store = new ModelStore()
    store.createStream(stream)
    const [a] = (await members(store, 1)) as [Member]
    await append(a, 'x')
    a.client.before = name => {
      if (name === 'setAttribute') throw new PravegaError('RETRIES_EXHAUSTED', 'no luck')
    }
    await expect(a.state.compact(same)).rejects.toMatchObject({ code: 'RETRIES_EXHAUSTED' })
    const [late] = (await members(store, 1)) as [Member]
    expect(late.state.state).toEqual(['x'])
  })
})
