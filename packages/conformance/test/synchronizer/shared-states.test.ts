import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { PravegaError } from '@pravega-ts/model'
import { openRevisionedStream, openStateSynchronizer, type StateSynchronizer } from '@pravega-ts/synchronizer'
import { type FrameMessage, DIAGNOSTICS as WIRE } from '@pravega-ts/wire-protocol'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { seededRandom } from '../../src/random.ts'
import { Scene, texts } from './scene.ts'

const seed = Number(process.env['PRAVEGA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
type State = StateSynchronizer<readonly string[], readonly string[], string>
const same = (state: readonly string[]): readonly string[] => state

const add = async (state: State, ...updates: string[]): Promise<number> =>
  await state.updateState(({ length }) => ({ updates, result: length }))

/** The commands that are sent during some work; appends are not among them. */
async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
  const commands: string[] = []
  const count = (message: unknown): void => {
    const { command } = message as FrameMessage
    if (command !== 'KeepAlive') commands.push(command)
  }
  subscribe(WIRE.commandSent, count)
  try {
    await work()
  } finally {
    unsubscribe(WIRE.commandSent, count)
  }
  return commands
}

describeEngines(`a shared state (PRAVEGA_TEST_SEED=${seed})`, engine => {
  it('is the same for all members', async () => {
    await using scene = await Scene.open(engine, 'members')
    await using a: State = await openStateSynchronizer(scene.client(), scene.stream, texts)
    await using b: State = await openStateSynchronizer(scene.client(), scene.stream, texts)
    expect(await a.fetchUpdates()).toBeUndefined()
    const first = await Promise.all([a.initialize(['by a']), b.initialize(['by b'])])
    expect(first.filter(Boolean)).toHaveLength(1)
    expect(await add(a, 'x', 'y')).toBe(1)
    expect(await add(b, 'z')).toBe(3)
    await b.updateUnconditionally(['w'])
    expect(await a.fetchUpdates()).toEqual(await b.fetchUpdates())
    expect(a.state?.slice(1)).toEqual(['x', 'y', 'z', 'w'])
    expect(a.revision).toEqual(b.revision)
  })

  it('is compacted under its members', async () => {
    await using scene = await Scene.open(engine, 'compaction')
    const store = scene.client()
    await using a: State = await openStateSynchronizer(store, scene.stream, texts)
    await using near: State = await openStateSynchronizer(scene.client(), scene.stream, texts)
    await using far: State = await openStateSynchronizer(scene.client(), scene.stream, texts)
    for (const state of [a, near, far]) await state.initialize([])
    const expected: string[] = []
    const marks: bigint[] = []
    for (let n = 0; n < 4; n += 1) {
      expected.push(`text ${n}`)
      await add(a, `text ${n}`)
      await near.fetchUpdates()
      expect(await a.compact(same)).toBe(true)
      marks.push((a.revision?.offset ?? 0n) - a.bytesSinceCompaction)
      const { startOffset } = await store.getInfo(a.segment)
      expect(startOffset).toBe(marks.at(-2) ?? 0n)
    }
    expect(await near.fetchUpdates()).toEqual(expected)
    expect(await far.fetchUpdates()).toEqual(expected)
    await using late: State = await openStateSynchronizer(scene.client(), scene.stream, texts)
    expect(await late.fetchUpdates()).toEqual(expected)
    expect(late.bytesSinceCompaction).toBe(a.bytesSinceCompaction)
  })

  it('is read from what Java members have written', async () => {
    await using scene = await Scene.open(engine, 'java')
    await using log = await openRevisionedStream(scene.client(), scene.stream, {
      encode: (hex: string) => Buffer.from(hex, 'hex'),
      decode: bytes => Buffer.from(bytes).toString('hex'),
    })
    // Java writes the zero bytes that were left in its buffer.
    const initial = Buffer.alloc(516)
    initial.writeInt32BE(1)
    initial.write('["x"]', 4)
    await log.writeUnconditionally(initial.toString('hex'))
    await log.writeUnconditionally('00000002' + '0000000179' + '000000027a7a')
    await using state: State = await openStateSynchronizer(scene.client(), scene.stream, texts)
    expect(await state.fetchUpdates()).toEqual(['x', 'y', 'zz'])
    expect(state.revision?.offset).toBe(524n + 23n)
    expect(state.revision?.index).toBe(1)
  })

  it('costs one request to see that there is nothing new', async () => {
    await using scene = await Scene.open(engine, 'requests')
    const [mine, theirs] = [scene.client(), scene.client()]
    await using a: State = await openStateSynchronizer(mine, scene.stream, texts)
    await using b: State = await openStateSynchronizer(theirs, scene.stream, texts)
    await a.initialize([])
    await b.fetchUpdates()
    const idle = await commandsOf(async () => {
      for (let n = 0; n < 5; n += 1) await b.fetchUpdates()
    })
    expect(idle).toEqual(Array(5).fill('GetStreamSegmentInfo'))
    for (let n = 0; n < 50; n += 1) await add(a, String(n))
    expect(await commandsOf(() => b.fetchUpdates())).toEqual(['GetStreamSegmentInfo', 'ReadSegment'])
    await add(b, 'sets the writer up')
    await a.fetchUpdates()
    expect(await commandsOf(() => add(a, 'news'))).toEqual([])
    const conflict = await commandsOf(() => add(b, 'newer'))
    expect(conflict[0]).toBe('ReadSegment')
    expect(conflict.length).toBeLessThanOrEqual(2)
  })

  it('ends when its stream is sealed or deleted', async () => {
    await using scene = await Scene.open(engine, 'ends')
    await using state: State = await openStateSynchronizer(scene.client(), scene.stream, texts)
    await state.initialize([])
    await scene.controller.sealStream(scene.stream)
    await expect(add(state, 'x')).rejects.toMatchObject({ code: 'SEGMENT_SEALED' })
    expect(await state.fetchUpdates()).toEqual([])
    await scene.controller.deleteStream(scene.stream)
    await expect(state.fetchUpdates()).rejects.toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    await expect(add(state, 'x')).rejects.toMatchObject({ code: 'NO_SUCH_SEGMENT' })
  })

  it('has each update once, through cuts, conflicts, compactions and calls that were given up', async () => {
    const random = seededRandom(seed)
    await using proxy = await FaultProxy.start(() =>
      random() < 0.5
        ? { ...UNHARMED, cutAfterSentBytes: 150 + Math.floor(random() * 1200) }
        : { ...UNHARMED, cutAfterReceivedBytes: 80 + Math.floor(random() * 1200) },
    )
    await using scene = await Scene.open(engine, 'cuts')
    const places = new Map<string, number>()
    const doubtful = new Set<string>()
    const live = async (name: string): Promise<void> => {
      await using state: State = await openStateSynchronizer(scene.client(proxy.dial), scene.stream, texts)
      await state.initialize([])
      for (let n = 0; n < 60; n += 1) {
        const text = `${name}${n}`
        if (n % 10 === 3) {
          doubtful.add(text)
          const signal = AbortSignal.timeout(Math.floor(random() * 4))
          await state
            .updateState(() => ({ updates: [text], result: 0 }), { signal })
            .catch(error => {
              if (!PravegaError.is(error, 'DEADLINE_EXCEEDED')) throw error
            })
        } else {
          places.set(text, await add(state, text))
        }
        if (n % 20 === 19) await state.compact(same)
      }
    }
    await Promise.all([live('a'), live('b')])
    expect(proxy.cuts).toBeGreaterThan(10)
    await using late: State = await openStateSynchronizer(scene.client(), scene.stream, texts)
    const truth = (await late.fetchUpdates()) ?? []
    for (const [text, place] of places) expect(truth[place]).toBe(text)
    const others = truth.filter(text => !places.has(text))
    for (const text of others) expect(doubtful).toContain(text)
    expect(new Set(truth).size).toBe(truth.length)
  })
})
