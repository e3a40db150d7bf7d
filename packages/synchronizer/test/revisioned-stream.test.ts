import { PravegaError, ScopedSegment, ScopedStream } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openRevisionedStream, Revision, type RevisionedStream, type RevisionedValue } from '../src/index.ts'
import { type ModelClient, type ModelSegment, ModelStore } from './support/model-store.ts'

const stream = new ScopedStream('s', 'log')
const text = {
  encode: (value: string): Uint8Array => Buffer.from(value),
  decode: (bytes: Uint8Array): string => Buffer.from(bytes).toString(),
}

interface Opened {
  readonly segment: ModelSegment
  readonly client: ModelClient
  readonly log: RevisionedStream<string>
}

async function open(options?: { callTimeoutMs: number }): Promise<Opened> {
  const store = new ModelStore()
  const segment = store.createStream(stream)
  const client = store.client()
  return { segment, client, log: await openRevisionedStream(client, stream, text, options) }
}

async function all(values: AsyncIterable<RevisionedValue<string>>): Promise<string[]> {
  const found: string[] = []
  for await (const { revision, value } of values) found.push(`${revision.offset} ${value}`)
  return found
}

const failure = (promise: Promise<unknown>): Promise<PravegaError> =>
  promise.then(
    () => {
      throw new Error('this was to fail')
    },
    error => PravegaError.from(error),
  )

describe('a revisioned stream', () => {
  it('writes each value as one event, and names the place behind it', async () => {
    const { segment, log } = await open()
    const oldest = await log.fetchOldestRevision()
    expect(oldest.toText()).toBe('s/log/0.#epoch.0:0:0')
    const first = await log.writeConditionally(oldest, 'abc')
    expect(first?.offset).toBe(11n)
    await log.writeUnconditionally('')
    expect(segment.bytes.toString('hex')).toBe('00000000000000036162630000000000000000')
    expect(await all(log.readFrom(oldest))).toEqual(['11 abc', '19 '])
    expect(first && (await all(log.readFrom(first)))).toEqual(['19 '])
    expect((await log.fetchLatestRevision()).offset).toBe(19n)
  })

  it('writes nothing when somebody else was faster', async () => {
    const { segment, log } = await open()
    const latest = await log.fetchLatestRevision()
    await log.writeUnconditionally('theirs')
    expect(await log.writeConditionally(latest, 'mine')).toBeUndefined()
    expect(segment.bytes.toString()).not.toContain('mine')
  })

  it('reads up to the end as of the beginning, however busy the stream is', async () => {
    const { log } = await open()
    await log.writeUnconditionally('a')
    const found: string[] = []
    for await (const { value } of log.readFrom(await log.fetchOldestRevision())) {
      found.push(value)
      await log.writeUnconditionally('more')
    }
    expect(found).toEqual(['a'])
  })

  it('reads a range', async () => {
    const { log } = await open()
    const at = [await log.fetchOldestRevision()]
    for (const value of ['a', 'b', 'c', 'd']) {
      await log.writeUnconditionally(value)
      at.push(await log.fetchLatestRevision())
    }
    const [, from, , to, end] = at as [Revision, Revision, Revision, Revision, Revision]
    expect(await all(log.readRange(from, to))).toEqual(['18 b', '27 c'])
    expect(await all(log.readRange(end, end))).toEqual([])
    const beyond = new Revision(log.segment, end.offset + 1n)
    expect(await failure(all(log.readRange(from, beyond)))).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    expect(await failure(all(log.readFrom(beyond)))).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
  })

  it('says that a revision was truncated away, before and while it reads', async () => {
    const { client, log } = await open()
    const oldest = await log.fetchOldestRevision()
    for (const value of ['a', 'b', 'c']) await log.writeUnconditionally(value)
    await log.truncateTo(new Revision(log.segment, 9n))
    expect((await log.fetchOldestRevision()).offset).toBe(9n)
    expect(await failure(all(log.readFrom(oldest)))).toMatchObject({
      code: 'SEGMENT_TRUNCATED',
      message: expect.stringMatching(/begins at 9.*at 0 /),
      details: { offset: 0n, startOffset: 9n },
    })
    client.maxReadBytes = 9
    const reading = log.readFrom(await log.fetchOldestRevision())[Symbol.asyncIterator]()
    await reading.next()
    await log.truncateTo(new Revision(log.segment, 27n))
    expect(await failure(reading.next())).toMatchObject({ code: 'SEGMENT_TRUNCATED', details: { startOffset: 27n } })
  })

  it('keeps a mark where other clients look for it', async () => {
    const { segment, log } = await open()
    const at = (offset: bigint): Revision => new Revision(log.segment, offset)
    expect(await log.getMark()).toBeUndefined()
    expect(await log.compareAndSetMark(undefined, at(5n))).toBe(true)
    expect(await log.compareAndSetMark(undefined, at(6n))).toBe(false)
    expect(segment.attributes).toEqual(new Map([['7df9a874-246c-c9d6-9397-cdd19ead68c5', 5n]]))
    expect(await log.getMark()).toEqual(at(5n))
    expect(await log.compareAndSetMark(at(5n), undefined)).toBe(true)
    expect(await log.getMark()).toBeUndefined()
  })

  it.each([
    ['a type that is no event', '0000000100000001ff', 'CORRUPT_EVENT'],
    ['a negative length', '00000000ffffffff', 'CORRUPT_EVENT'],
    ['a length that no client writes', '0000000000800001', 'CORRUPT_EVENT'],
    ['a record that is cut off', '000000000000000900', 'CORRUPT_EVENT'],
    ['a header that is cut off', '00000000', 'CORRUPT_EVENT'],
  ])('names the place of %s, after the values before it', async (_, hex, code) => {
    const { segment, log } = await open()
    await log.writeUnconditionally('good')
    segment.append(Buffer.from(hex, 'hex'))
    const found: string[] = []
    const error = await failure(
      (async () => {
        for await (const { value } of log.readFrom(await log.fetchOldestRevision())) found.push(value)
      })(),
    )
    expect(error).toMatchObject({ code, details: { offset: 12n, segment: 's/log/0.#epoch.0' } })
    expect(found).toEqual(['good'])
  })

  it('finds the records in answers of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 60 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 100 }),
        fc.constantFrom('rightly', 'never', 'always'),
        async (values, maxReadBytes, tellsTail) => {
          const { client, log } = await open()
          Object.assign(client, { maxReadBytes, tellsTail })
          for (const value of values) await log.writeUnconditionally(value)
          const found: RevisionedValue<string>[] = []
          for await (const entry of log.readFrom(await log.fetchOldestRevision())) found.push(entry)
          expect(found.map(({ value }) => value)).toEqual(values)
          const middle = found[Math.floor(found.length / 2)]
          if (middle === undefined) return
          const rest = await all(log.readFrom(middle.revision))
          expect(rest).toHaveLength(values.length - Math.floor(values.length / 2) - 1)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('takes one request to see that there is nothing new, and two to read what is', async () => {
    const { client, log } = await open()
    const oldest = await log.fetchOldestRevision()
    for (let n = 0; n < 1000; n += 1) await log.writeUnconditionally(`value ${n}`)
    const latest = await log.fetchLatestRevision()
    client.takeRequests()
    await all(log.readFrom(latest))
    expect(client.takeRequests()).toEqual(['info'])
    await all(log.readFrom(oldest))
    expect(client.takeRequests()).toEqual(['info', 'read'])
  })

  it('has values of 8 MiB and no larger ones', async () => {
    const { segment, client } = await open()
    const bytes = { encode: (length: number) => new Uint8Array(length), decode: ({ length }: Uint8Array) => length }
    const log = await openRevisionedStream(client, stream, bytes)
    await log.writeUnconditionally(8 * 1024 * 1024)
    for await (const { value } of log.readFrom(await log.fetchOldestRevision())) expect(value).toBe(8 * 1024 * 1024)
    const error = await failure(log.writeUnconditionally(8 * 1024 * 1024 + 1))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('8388609') })
    expect(segment.bytes).toHaveLength(8 * 1024 * 1024 + 8)
  })

  it('tells what a codec has thrown, and where', async () => {
    const { client } = await open()
    const cause = new Error('no')
    const fails = (): never => {
      throw cause
    }
    const writer = await openRevisionedStream(client, stream, { ...text, encode: fails })
    expect(await failure(writer.writeUnconditionally(''))).toMatchObject({ code: 'SERIALIZATION_FAILED', cause })
    const reader = await openRevisionedStream(client, stream, { ...text, decode: fails })
    await reader.writeUnconditionally('x')
    const error = await failure(all(reader.readFrom(await reader.fetchOldestRevision())))
    expect(error).toMatchObject({ code: 'SERIALIZATION_FAILED', cause, details: { endOffset: 9n } })
  })

  it('waits for room', async () => {
    const { client, log } = await open()
    await log.writeUnconditionally('opens the writer')
    Object.assign(client.writers[0] ?? {}, { full: 3 })
    await log.writeUnconditionally('x')
    expect(client.takeRequests()).toEqual(['append', 'append'])
  })
})

describe('opening a revisioned stream', () => {
  it('takes a stream of one segment, or a segment', async () => {
    const store = new ModelStore()
    store.createStream(stream, 2)
    const client = store.client()
    expect(await failure(openRevisionedStream(client, stream, text))).toMatchObject({
      code: 'MULTIPLE_SEGMENTS',
      details: { segments: 2 },
    })
    const log = await openRevisionedStream(client, ScopedSegment.parse('s/log/1.#epoch.0'), text)
    expect(log.segment.number).toBe(1)
  })

  it('says that a stream is sealed or not there', async () => {
    const store = new ModelStore()
    store.createStream(stream, 1, true)
    expect(await failure(openRevisionedStream(store.client(), stream, text))).toMatchObject({ code: 'STREAM_SEALED' })
    const other = new ScopedStream('s', 'other')
    expect(await failure(openRevisionedStream(store.client(), other, text))).toMatchObject({ code: 'STREAM_NOT_FOUND' })
  })
})

describe('a revisioned stream in trouble', () => {
  it('says that its segment is sealed; reading goes on', async () => {
    const { segment, log } = await open()
    await log.writeUnconditionally('x')
    segment.sealed = true
    const latest = await log.fetchLatestRevision()
    expect(await failure(log.writeConditionally(latest, 'y'))).toMatchObject({ code: 'SEGMENT_SEALED' })
    expect(await failure(log.writeUnconditionally('y'))).toMatchObject({ code: 'SEGMENT_SEALED' })
    expect(await all(log.readFrom(await log.fetchOldestRevision()))).toEqual(['9 x'])
  })

  it('says that its segment is gone', async () => {
    const { segment, log } = await open()
    const latest = await log.fetchLatestRevision()
    segment.deleted = true
    expect(await failure(log.writeConditionally(latest, 'y'))).toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    expect(await failure(log.fetchLatestRevision())).toMatchObject({ code: 'NO_SUCH_SEGMENT' })
  })

  it('opens another writer after one that has ended', async () => {
    const { client, segment, log } = await open()
    segment.sealed = true
    await failure(log.writeUnconditionally('x'))
    segment.sealed = false
    await log.writeUnconditionally('x')
    expect(client.writers).toHaveLength(2)
  })

  it('refuses revisions of another segment', async () => {
    const { log } = await open()
    const other = new Revision(ScopedSegment.parse('s/other/0.#epoch.0'), 0n)
    expect(await failure(log.writeConditionally(other, 'x'))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(() => log.readFrom(other)).toThrow(/not of segment/)
  })

  it('ends calls by their signal and by their time', async () => {
    const { client, log } = await open({ callTimeoutMs: 10 })
    client.before = () => new Promise(() => {})
    expect(await failure(log.fetchLatestRevision())).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: expect.stringMatching(/s\/log\/0.#epoch.0.*10 ms/),
    })
    const aborted = failure(log.getMark({ signal: AbortSignal.abort('enough'), timeoutMs: 5_000 }))
    expect(await aborted).toMatchObject({ code: 'ABORTED', cause: 'enough' })
  })

  it('finishes what is being written when it is closed, and ends the rest', async () => {
    const { client, segment, log } = await open()
    const latest = await log.fetchLatestRevision()
    let answer = (): void => {}
    client.before = name => {
      if (name === 'info') return new Promise(() => {})
      return new Promise(resolve => {
        answer = resolve
      })
    }
    const writing = log.writeConditionally(latest, 'x')
    const asking = failure(log.fetchLatestRevision())
    await Promise.resolve()
    const closing = log.close()
    expect(await failure(log.getMark())).toMatchObject({ code: 'CLOSED' })
    answer()
    await closing
    expect((await writing)?.offset).toBe(9n)
    expect(await asking).toMatchObject({ code: 'CLOSED' })
    expect(segment.bytes).toHaveLength(9)
    expect(client.writers.map(({ state }) => state)).toEqual(['closed'])
    await log.close()
  })
})
