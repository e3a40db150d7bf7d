import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { openStateSynchronizer, type StateSynchronizer } from '../../src/index.ts'
import { type ModelClient, type ModelSegment, ModelStore } from '../support/model-store.ts'
import { type Texts, textModel } from '../support/text-model.ts'

const stream = new ScopedStream('s', 'state')

interface Member {
  readonly client: ModelClient
  readonly state: StateSynchronizer<Texts, Texts, string>
}

class Group {
  readonly #store = new ModelStore()
  readonly segment: ModelSegment = this.#store.createStream(stream)

  async join(model = textModel, callTimeoutMs?: number): Promise<Member> {
    const client = this.#store.client()
    return { client, state: await openStateSynchronizer(client, stream, model, { callTimeoutMs }) }
  }

  /** Members that have all seen an initial state. */
  async members(count: number): Promise<Member[]> {
    const members: Member[] = []
    for (let n = 0; n < count; n += 1) {
      const member = await this.join()
      await member.state.initialize([])
      member.client.takeRequests()
      members.push(member)
    }
    return members
  }
}

/** Adds a text, and tells which one it is. */
const add =
  (text: string) =>
  (state: Texts): { updates: string[]; result: number } => ({ updates: [text], result: state.length })

const failure = (promise: Promise<unknown>): Promise<PravegaError> =>
  promise.then(
    () => {
      throw new Error('this was to fail')
    },
    error => PravegaError.from(error),
  )

describe('a state synchronizer', () => {
  it('is initialized by one member only', async () => {
    const group = new Group()
    const [a, b, late] = [await group.join(), await group.join(), await group.join()]
    expect(await a.state.fetchUpdates()).toBeUndefined()
    const first = await Promise.all([a.state.initialize(['a']), b.state.initialize(['b'])])
    expect(first.filter(Boolean)).toHaveLength(1)
    expect(a.state.state).toEqual(b.state.state)
    expect(await late.state.initialize(['late'])).toBe(false)
    expect(late.state.state).toEqual(a.state.state)
  })

  it('writes full states and updates as Java members do', async () => {
    const group = new Group()
    const { state } = await group.join()
    await state.initialize([])
    expect(group.segment.bytes.toString('hex')).toBe('0000000000000006000000015b5d')
    expect(state.revision?.toText()).toBe('s/state/0.#epoch.0:14:0')
    await state.updateState(() => ({ updates: ['ab', 'c'], result: undefined }))
    expect(group.segment.bytes.subarray(14).toString('hex')).toBe('000000000000000f0000000200000002616200000001' + '63')
    expect(state.revision?.toText()).toBe('s/state/0.#epoch.0:37:1')
    expect(state.bytesSinceCompaction).toBe(37n)
  })

  it('applies the updates of others, and its own at once', async () => {
    const [a, b] = (await new Group().members(2)) as [Member, Member]
    expect(await a.state.updateState(add('x'))).toBe(0)
    expect(a.state.state).toEqual(['x'])
    expect(b.state.state).toEqual([])
    expect(await b.state.fetchUpdates()).toEqual(['x'])
    expect(b.state.revision).toEqual(a.state.revision)
  })

  it('decides anew when somebody else was faster', async () => {
    const [a, b] = (await new Group().members(2)) as [Member, Member]
    await a.state.updateState(add('x'))
    const seen: Texts[] = []
    const result = await b.state.updateState(state => {
      seen.push(state)
      return { updates: state.includes('x') ? [] : ['x'], result: seen.length }
    })
    expect(seen).toEqual([[], ['x']])
    expect(result).toBe(2)
    expect(b.state.state).toEqual(['x'])
  })

  it('writes updates without looking, which show with the next read', async () => {
    const group = new Group()
    const [a] = (await group.members(1)) as [Member]
    await a.state.updateUnconditionally(['x', 'y'])
    expect(a.state.state).toEqual([])
    expect(await a.state.fetchUpdates()).toEqual(['x', 'y'])
    const { state } = await group.join()
    await state.updateUnconditionally(['z'])
    await state.updateUnconditionally([])
    expect(await a.state.fetchUpdates()).toEqual(['x', 'y', 'z'])
  })

  it('changes nothing before it is initialized', async () => {
    const { state } = await new Group().join()
    const told = { code: 'ILLEGAL_REQUEST', message: expect.stringContaining('initialize()') }
    expect(await failure(state.updateState(add('x')))).toMatchObject(told)
    expect(await failure(state.updateUnconditionally(['x']))).toMatchObject(told)
    expect(await failure(state.compact(texts => texts))).toMatchObject(told)
    expect(state.bytesSinceCompaction).toBe(0n)
  })

  it('never writes an update that does not fit the state', async () => {
    const group = new Group()
    const [a] = (await group.members(1)) as [Member]
    await a.state.updateState(add('x'))
    const { length } = group.segment.bytes
    expect(await failure(a.state.updateState(add('x')))).toMatchObject({
      code: 'ILLEGAL_STATE_UPDATE',
      message: expect.stringContaining('x is there already'),
      cause: expect.objectContaining({ message: 'x is there already' }),
    })
    const refusal = new PravegaError('READER_EXISTS', 'as the model says it')
    const apply = (): never => {
      throw refusal
    }
    const own = await group.join({ ...textModel, apply })
    await own.state.fetchUpdates().catch(() => {})
    expect(group.segment.bytes).toHaveLength(length)
    const fresh = await new Group().join({ ...textModel, apply })
    await fresh.state.initialize([])
    expect(await failure(fresh.state.updateState(add('x')))).toBe(refusal)
  })

  it('passes on what a generator throws, and goes on', async () => {
    const [a] = (await new Group().members(1)) as [Member]
    const thrown = new Error('mine')
    const fails = (): never => {
      throw thrown
    }
    await expect(a.state.updateState(fails)).rejects.toBe(thrown)
    expect(await a.state.updateState(add('x'))).toBe(0)
  })

  it('carries out overlapping calls one after the other', async () => {
    const [a] = (await new Group().members(1)) as [Member]
    const texts = Array.from({ length: 20 }, (_, n) => String(n))
    const places = await Promise.all(texts.map(text => a.state.updateState(add(text))))
    expect(places).toEqual(texts.map(Number))
    expect(a.client.takeRequests()).toEqual(texts.map(() => 'appendIf'))
  })

  it('is not held up by a call that was given up', async () => {
    const group = new Group()
    const [a] = (await group.members(1)) as [Member]
    let answer = (): void => {}
    a.client.after = () =>
      new Promise(resolve => {
        answer = resolve
      })
    const abort = new AbortController()
    const given = failure(a.state.updateState(add('x'), { signal: abort.signal }))
    const waits = failure(a.state.updateState(add('z'), { signal: abort.signal }))
    await new Promise(setImmediate)
    abort.abort()
    expect(await given).toMatchObject({ code: 'ABORTED' })
    expect(await waits).toMatchObject({ code: 'ABORTED' })
    a.client.after = () => {}
    answer()
    // The first append had landed, and nobody has been told.
    expect(await a.state.updateState(add('y'))).toBe(1)
    expect(a.state.state).toEqual(['x', 'y'])
  })

  it('ends with what the segment comes to', async () => {
    const group = new Group()
    const [a] = (await group.members(1)) as [Member]
    group.segment.sealed = true
    expect(await failure(a.state.updateState(add('x')))).toMatchObject({ code: 'SEGMENT_SEALED' })
    expect(await a.state.fetchUpdates()).toEqual([])
    group.segment.deleted = true
    expect(await failure(a.state.fetchUpdates())).toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    expect(await failure(a.state.updateUnconditionally(['x']))).toMatchObject({ code: 'NO_SUCH_SEGMENT' })
  })

  it('reads on to the end although the server says that it is there already', async () => {
    const [a, b] = (await new Group().members(2)) as [Member, Member]
    for (let n = 0; n < 3; n += 1) await a.state.updateState(add(String(n)))
    Object.assign(b.client, { tellsTail: 'always', maxReadBytes: 20 })
    expect(await b.state.fetchUpdates()).toEqual(['0', '1', '2'])
  })

  it('notices that the stream was made anew', async () => {
    const group = new Group()
    const [a] = (await group.members(1)) as [Member]
    await a.state.updateState(add('a long text'))
    group.segment.bytes = group.segment.bytes.subarray(0, 14)
    const told = { code: 'CORRUPT_STATE', message: expect.stringContaining('made anew') }
    expect(await failure(a.state.fetchUpdates())).toMatchObject(told)
    expect(await failure(a.state.updateState(add('x')))).toMatchObject(told)
  })

  it('refuses updates of more than 8 MiB', async () => {
    const [a] = (await new Group().members(1)) as [Member]
    const error = await failure(a.state.updateState(add('x'.repeat(8 * 1024 * 1024))))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(a.client.takeRequests()).toEqual([])
  })

  it('gives everything back when it is closed', async () => {
    const [a, b] = (await new Group().members(2)) as [Member, Member]
    await a.state.updateState(add('x'))
    b.client.before = () => new Promise(() => {})
    const reading = failure(b.state.fetchUpdates())
    await Promise.all([a.state.close(), a.state.close(), b.state.close({ force: true })])
    expect(await reading).toMatchObject({ code: 'CLOSED' })
    expect(a.client.writers.map(({ state }) => state)).toEqual(['closed'])
    expect(a.state.state).toEqual(['x'])
    for (const call of [a.state.fetchUpdates(), a.state.updateState(add('y')), a.state.initialize([])]) {
      expect(await failure(call)).toMatchObject({ code: 'CLOSED', message: expect.stringContaining('s/state/0') })
    }
  })
})

describe('the requests of a state synchronizer', () => {
  it('are three for the first look', async () => {
    const group = new Group()
    await group.members(1)
    const late = await group.join()
    await late.state.fetchUpdates()
    expect(late.client.takeRequests().sort()).toEqual(['getAttribute', 'info', 'read'])
  })

  it('are one to see that there is nothing new', async () => {
    const [a] = (await new Group().members(1)) as [Member]
    for (let n = 0; n < 10; n += 1) await a.state.fetchUpdates()
    expect(a.client.takeRequests()).toEqual(Array(10).fill('info'))
    expect(a.client.writers).toHaveLength(1)
  })

  it('are two to read news, however many', async () => {
    const [a, b] = (await new Group().members(2)) as [Member, Member]
    for (let n = 0; n < 100; n += 1) await a.state.updateState(add(String(n)))
    await b.state.fetchUpdates()
    expect(b.client.takeRequests()).toEqual(['info', 'read'])
  })

  it('are one for an update, and two more for a conflict', async () => {
    const [a, b] = (await new Group().members(2)) as [Member, Member]
    await a.state.updateState(add('x'))
    await b.state.updateState(add('y'))
    expect(a.client.takeRequests()).toEqual(['appendIf'])
    expect(b.client.takeRequests()).toEqual(['appendIf', 'read', 'appendIf'])
  })

  it('ask where the end is when an answer does not tell', async () => {
    const [a, b] = (await new Group().members(2)) as [Member, Member]
    for (let n = 0; n < 3; n += 1) await a.state.updateState(add(String(n)))
    Object.assign(b.client, { tellsTail: 'never', maxReadBytes: 20 })
    await b.state.updateState(add('y'))
    expect(b.state.state).toEqual(['0', '1', '2', 'y'])
    expect(b.client.takeRequests()).toEqual(['appendIf', 'read', 'info', 'read', 'read', 'appendIf'])
  })
})
