import { ScopedSegment, ScopedStream } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { openByteWriter } from '../src/index.ts'
import { MemoryStore } from './support/memory-store.ts'

const stream = new ScopedStream('s', 't')
const bytes = (text: string): Buffer => Buffer.from(text)

describe('openByteWriter', () => {
  it('begins at the tail', async () => {
    const store = new MemoryStore()
    store.createStream(stream).append(bytes('abc'))
    const writer = await openByteWriter(store, stream)
    expect(writer.currentOffset).toBe(3n)
    expect(store.writers[0]?.options).toMatchObject({ expectedOffset: 3n })
    expect(store.access).toEqual(['none'])
  })

  it('takes a segment as well', async () => {
    const store = new MemoryStore()
    const content = store.createStream(stream, 2)
    const writer = await openByteWriter(store, ScopedSegment.of('s', 't', 0, 0))
    await writer.write(bytes('x'))
    expect(content.data.toString()).toBe('x')
  })

  it('with an offset insists on it', async () => {
    const store = new MemoryStore()
    store.createStream(stream).append(bytes('abc'))
    expect((await openByteWriter(store, stream, { offset: 3 })).currentOffset).toBe(3n)
    await expect(openByteWriter(store, stream, { offset: 0 })).rejects.toThrow(/ends at 3, not at 0/)
    await expect(openByteWriter(store, stream, { offset: 0 })).rejects.toMatchObject({
      code: 'CONDITIONAL_CHECK_FAILED',
    })
    await expect(openByteWriter(store, stream, { offset: 4n })).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    await expect(openByteWriter(store, stream, { offset: -1 })).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    await expect(openByteWriter(store, stream, { offset: 2 ** 53 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(openByteWriter(store, stream, { offset: 3, shared: true })).rejects.toThrow(/Leave one of them out/)
  })

  it.each([
    ['STREAM_NOT_FOUND', (_: MemoryStore) => {}, /does not exist/],
    [
      'MULTIPLE_SEGMENTS',
      (store: MemoryStore) => void store.createStream(stream, 3),
      /3 segments.*scaling policy of 1/,
    ],
    ['STREAM_SEALED', (store: MemoryStore) => void store.createStream(stream, 1, true), /sealed.*another stream/],
    ['SEGMENT_SEALED', (store: MemoryStore) => store.createStream(stream).seal(), /sealed.*another stream/],
  ])('refuses with %s and says what to do', async (code, prepare, message) => {
    const store = new MemoryStore()
    prepare(store)
    const opening = openByteWriter(store, stream)
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})

describe('a byte writer', () => {
  it('writes, flushes, truncates and seals', async () => {
    const store = new MemoryStore()
    const content = store.createStream(stream)
    await using writer = await openByteWriter(store, stream)
    await writer.write(bytes('hello world'))
    expect(writer.currentOffset).toBe(11n)
    await writer.flush()
    await writer.truncateDataBefore(4)
    await writer.seal()
    expect(content).toMatchObject({ start: 4, sealed: true })
    await expect(writer.write(bytes('!'))).rejects.toMatchObject({ code: 'SEGMENT_SEALED' })
    await writer.flush()
    await writer.truncateDataBefore(5n)
    expect(content.start).toBe(5)
  })

  it('is alone: after somebody else has written it fails, and goes on after reset and seekToTail', async () => {
    const store = new MemoryStore()
    const content = store.createStream(stream)
    const first = await openByteWriter(store, stream)
    const second = await openByteWriter(store, stream)
    await first.write(bytes('first'))
    await second.write(bytes('second'))
    await expect(second.flush()).rejects.toMatchObject({ code: 'CONDITIONAL_CHECK_FAILED' })
    await expect(second.seekToTail()).rejects.toMatchObject({ code: 'CONDITIONAL_CHECK_FAILED' })
    await second.reset()
    await second.seekToTail()
    expect(second.currentOffset).toBe(5n)
    await second.write(bytes('second'))
    await second.flush()
    expect(content.data.toString()).toBe('firstsecond')
  })

  it('with shared appends wherever the end is', async () => {
    const store = new MemoryStore()
    const content = store.createStream(stream)
    const writers = await Promise.all([1, 2].map(() => openByteWriter(store, stream, { shared: true })))
    for (const text of ['a', 'b', 'c']) for (const writer of writers) await writer.write(bytes(text))
    for (const writer of writers) await writer.flush()
    expect(content.data.toString()).toBe('aabbcc')
    expect(writers.map(({ currentOffset }) => currentOffset)).toEqual([5n, 6n])
    content.append(bytes('dd'))
    await writers[0]?.seekToTail()
    expect(writers[0]?.currentOffset).toBe(8n)
  })

  it('refuses what are no bytes', async () => {
    const store = new MemoryStore()
    store.createStream(stream)
    const writer = await openByteWriter(store, stream)
    await expect(writer.write('text' as unknown as Uint8Array)).rejects.toThrow(/string.*Buffer\.from/)
    await expect(writer.write(new ArrayBuffer(1) as unknown as Uint8Array)).rejects.toThrow(/ArrayBuffer/)
  })

  it('says that the stream was sealed by somebody else, in its own words', async () => {
    const store = new MemoryStore()
    const content = store.createStream(stream)
    const writer = await openByteWriter(store, stream)
    content.seal()
    await writer.write(bytes('x')).catch(() => {})
    await expect(writer.flush()).rejects.toMatchObject({
      code: 'SEGMENT_SEALED',
      message: expect.stringMatching(/not flushed is not in it/),
    })
  })

  it('does nothing after close, but closes again', async () => {
    const store = new MemoryStore()
    store.createStream(stream)
    const writer = await openByteWriter(store, stream)
    await writer.close()
    await writer.close()
    const closed = expect.objectContaining({ code: 'CLOSED' })
    await expect(writer.write(bytes('x'))).rejects.toEqual(closed)
    await expect(writer.flush()).rejects.toEqual(closed)
    await expect(writer.seekToTail()).rejects.toEqual(closed)
    await expect(writer.reset()).rejects.toEqual(closed)
    await expect(writer.truncateDataBefore(0)).rejects.toEqual(closed)
    await expect(writer.seal()).rejects.toEqual(closed)
  })
})

describe('the end of a block that uses a byte writer', () => {
  async function leave(content: ReturnType<MemoryStore['createStream']>, store: MemoryStore): Promise<void> {
    await using writer = await openByteWriter(store, stream)
    await writer.write(bytes('x'))
    content.seal()
    await writer.write(bytes('y'))
    await writer.flush()
  }

  it('does not hide why it is left', async () => {
    const store = new MemoryStore()
    const error = await leave(store.createStream(stream), store).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'SEGMENT_SEALED' })
  })

  it('closes by force, without waiting long, when a write was given up', async () => {
    const store = new MemoryStore()
    const content = store.createStream(stream)
    const limits: unknown[] = []
    const block = async (): Promise<void> => {
      await using writer = await openByteWriter(store, stream)
      const [inner] = store.writers
      if (inner === undefined) throw new Error('there is no writer')
      await writer.write(bytes('x'))
      content.full = true
      inner.flush = async call => {
        limits.push(call?.timeoutMs)
        throw new Error('it takes too long')
      }
      Object.defineProperty(inner, 'pendingBytes', { get: () => 7 })
      await writer.write(bytes('y'), { signal: AbortSignal.timeout(1) })
    }
    await expect(block()).rejects.toMatchObject({ code: 'ABORTED' })
    expect(limits).toEqual([1_000])
    expect(content.closed).toEqual(['writer by force'])
  })
})
