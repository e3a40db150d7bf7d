import { PravegaError } from '@pravega-ts/model'
import { openRevisionedStream, Revision, type RevisionedStream } from '@pravega-ts/synchronizer'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { seededRandom } from '../../src/random.ts'
import { Scene } from './scene.ts'

const seed = Number(process.env['PRAVEGA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
const codec = {
  encode: (value: string): Uint8Array => Buffer.from(value),
  decode: (bytes: Uint8Array): string => Buffer.from(bytes).toString(),
}

async function all(log: RevisionedStream<string>, from?: Revision): Promise<string[]> {
  const values: string[] = []
  for await (const { value } of log.readFrom(from ?? (await log.fetchOldestRevision()))) values.push(value)
  return values
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch(PravegaError.from)

describeEngines(`a revisioned stream (PRAVEGA_TEST_SEED=${seed})`, engine => {
  it('holds values in the order that conditions have made', async () => {
    await using scene = await Scene.open(engine, 'revisions')
    await using a = await openRevisionedStream(scene.client(), scene.stream, codec)
    await using b = await openRevisionedStream(scene.client(), scene.stream, codec)
    const start = await a.fetchOldestRevision()
    const first = await a.writeConditionally(start, 'first')
    expect(first?.offset).toBe(start.offset + 13n)
    expect(await b.writeConditionally(start, 'refused')).toBeUndefined()
    await b.writeUnconditionally('')
    expect(first && (await a.writeConditionally(first, 'refused'))).toBeUndefined()
    const latest = await a.fetchLatestRevision()
    expect(await a.writeConditionally(latest, 'x'.repeat(3_000_000))).toMatchObject({ index: 0 })
    expect((await all(b)).map(({ length }) => length)).toEqual([5, 0, 3_000_000])
    expect(first && (await all(b, first))).toHaveLength(2)
  })

  it('has a mark, and forgets what it is told to', async () => {
    await using scene = await Scene.open(engine, 'marks')
    await using log = await openRevisionedStream(scene.client(), scene.stream, codec)
    const start = await log.fetchOldestRevision()
    for (const value of ['a', 'b', 'c']) await log.writeUnconditionally(value)
    const middle = new Revision(log.segment, start.offset + 9n)
    expect(await log.getMark()).toBeUndefined()
    expect(await log.compareAndSetMark(middle, start)).toBe(false)
    expect(await log.compareAndSetMark(undefined, middle)).toBe(true)
    expect(await log.getMark()).toEqual(middle)
    await log.truncateTo(middle)
    expect(await log.fetchOldestRevision()).toEqual(middle)
    expect(await all(log)).toEqual(['b', 'c'])
    expect(await failure(all(log, start))).toMatchObject({
      code: 'SEGMENT_TRUNCATED',
      details: { offset: start.offset, startOffset: middle.offset },
    })
  })

  it('says that its stream is sealed, and that it was deleted', async () => {
    await using scene = await Scene.open(engine, 'ends')
    await using log = await openRevisionedStream(scene.client(), scene.stream, codec)
    await log.writeUnconditionally('a')
    await scene.controller.sealStream(scene.stream)
    const latest = await log.fetchLatestRevision()
    expect(await failure(log.writeConditionally(latest, 'b'))).toMatchObject({ code: 'SEGMENT_SEALED' })
    expect(await failure(log.writeUnconditionally('b'))).toMatchObject({ code: 'SEGMENT_SEALED' })
    expect(await all(log)).toEqual(['a'])
    expect(await failure(openRevisionedStream(scene.client(), scene.stream, codec))).toMatchObject({
      code: 'STREAM_SEALED',
    })
    await scene.controller.deleteStream(scene.stream)
    expect(await failure(log.fetchLatestRevision())).toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    expect(await failure(log.writeConditionally(latest, 'b'))).toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    expect(await failure(openRevisionedStream(scene.client(), scene.stream, codec))).toMatchObject({
      code: 'STREAM_NOT_FOUND',
    })
  })

  it('knows what became of a conditional write whose connection was cut', async () => {
    const random = seededRandom(seed)
    await using proxy = await FaultProxy.start(() =>
      random() < 0.5
        ? { ...UNHARMED, cutAfterSentBytes: 150 + Math.floor(random() * 800) }
        : { ...UNHARMED, cutAfterReceivedBytes: 80 + Math.floor(random() * 800) },
    )
    await using scene = await Scene.open(engine, 'lost-answers')
    const told: string[] = []
    const write = async (name: string): Promise<void> => {
      await using log = await openRevisionedStream(scene.client(proxy.dial), scene.stream, codec)
      for (let n = 0; n < 60; n += 1) {
        const value = `${name}${n}`
        const isWritten = await log.writeConditionally(await log.fetchLatestRevision(), value)
        if (isWritten !== undefined) told.push(value)
      }
    }
    await Promise.all([write('a'), write('b')])
    expect(proxy.cuts).toBeGreaterThan(10)
    await using log = await openRevisionedStream(scene.client(), scene.stream, codec)
    const values = await all(log)
    expect(values.sort()).toEqual(told.sort())
  })
})
