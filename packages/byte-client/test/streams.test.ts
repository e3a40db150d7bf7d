import { createHash, randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { type ByteReader, type ByteWriter, openByteReader, openByteWriter } from '../src/index.ts'
import { type MemorySegment, MemoryStore } from './support/memory-store.ts'

const stream = new ScopedStream('s', 't')
const data = randomFillSync(Buffer.alloc(300_000))

async function setUp(content: Uint8Array = Buffer.alloc(0)): Promise<{
  store: MemoryStore
  segment: MemorySegment
  reader: ByteReader
  writer: ByteWriter
}> {
  const store = new MemoryStore()
  const segment = store.createStream(stream)
  segment.append(content)
  const reader = await openByteReader(store, stream)
  return { store, segment, reader, writer: await openByteWriter(store, stream) }
}

function source(chunk = 10_000): Readable {
  return Readable.from(Array.from({ length: data.length / chunk }, (_, n) => data.subarray(n * chunk, (n + 1) * chunk)))
}

describe('the Node stream of a writer', () => {
  it('has finished when all is written, and has closed the writer', async () => {
    const { segment, writer } = await setUp()
    await pipeline(source(), writer.toNodeWritable())
    expect(segment.data.equals(data)).toBe(true)
    expect(segment.closed).toEqual(['writer'])
  })

  it('takes text, and leaves the writer open if told to', async () => {
    const { segment, writer } = await setUp()
    const writable = writer.toNodeWritable({ keepOpen: true })
    writable.write('hello ')
    writable.end('world')
    await once(writable, 'close')
    await writer.write(Buffer.from('!'))
    expect(segment.data.toString()).toBe('hello world!')
    expect(segment.closed).toEqual([])
  })

  it('asks its source to wait while the writer does', async () => {
    const { segment, writer } = await setUp()
    segment.full = true
    const writable = writer.toNodeWritable({ highWaterMark: 100 })
    expect(writable.write(Buffer.alloc(60))).toBe(true)
    expect(writable.write(Buffer.alloc(60))).toBe(false)
    const drained = once(writable, 'drain')
    segment.full = false
    segment.tell()
    await drained
    expect(segment.data).toHaveLength(120)
  })

  it('destroyed ends the write below and closes the writer with force', async () => {
    const { segment, writer } = await setUp()
    segment.full = true
    const writable = writer.toNodeWritable()
    const written = new Promise<Error | null | undefined>(resolve => writable.write(Buffer.alloc(1), resolve))
    writable.destroy(new Error('enough'))
    const [error] = await once(writable, 'error')
    expect(error).toMatchObject({ message: 'enough' })
    expect(await written).toBeInstanceOf(Error)
    expect(segment.closed).toEqual(['writer by force'])
    expect(segment.data).toHaveLength(0)
  })

  it('fails with what the writer fails with', async () => {
    const { segment, writer } = await setUp()
    segment.append(Buffer.from('somebody else'))
    const piping = pipeline(source(), writer.toNodeWritable())
    await expect(piping).rejects.toMatchObject({ code: 'CONDITIONAL_CHECK_FAILED' })
    expect(segment.closed).toEqual(['writer by force'])
  })
})

describe('the Node stream of a reader', () => {
  it('ends with the segment, and has closed the reader', async () => {
    const { segment, reader } = await setUp(data)
    segment.seal()
    const hash = createHash('sha256')
    await pipeline(reader.toNodeReadable(), hash)
    expect(hash.digest()).toEqual(createHash('sha256').update(data).digest())
    expect(segment.closed).toEqual(['reader'])
  })

  it('reads no more than it is asked to', async () => {
    const { reader } = await setUp(data)
    const readable = reader.toNodeReadable({ highWaterMark: 2_000 })
    await once(readable, 'readable')
    await new Promise(resolve => setImmediate(resolve))
    expect(readable.readableLength).toBeLessThanOrEqual(3_000)
    expect(reader.currentOffset).toBeLessThanOrEqual(4_000n)
    readable.destroy()
  })

  it('destroyed ends the read below', async () => {
    const { store, segment, reader } = await setUp()
    const readable = reader.toNodeReadable()
    readable.resume()
    await new Promise(resolve => setImmediate(resolve))
    expect(store.readers[0]?.waiting).toBe(1)
    readable.destroy()
    await once(readable, 'close')
    expect(store.readers[0]?.waiting).toBe(0)
    expect(segment.closed).toEqual(['reader'])
  })

  it('leaves the reader open if told to', async () => {
    const { segment, reader } = await setUp(data)
    const readable = reader.toNodeReadable({ keepOpen: true })
    for await (const chunk of readable) {
      expect(chunk).toHaveLength(1_000)
      break
    }
    expect(segment.closed).toEqual([])
    expect(await reader.read(Buffer.alloc(1))).toBe(1)
  })

  it('fails with what the reader fails with', async () => {
    const { segment, reader } = await setUp(data)
    segment.start = 5
    const piping = pipeline(reader.toNodeReadable(), new Transform())
    await expect(piping).rejects.toMatchObject({ code: 'SEGMENT_TRUNCATED' })
  })
})

describe('web streams', () => {
  it('carry everything over, with back-pressure and end', async () => {
    const { segment, reader } = await setUp(data)
    segment.seal()
    const target = await setUp()
    await reader.toWebReadable().pipeTo(target.writer.toWebWritable())
    expect(target.segment.data.equals(data)).toBe(true)
    expect(segment.closed).toEqual(['reader'])
    expect(target.segment.closed).toEqual(['writer'])
  })

  it('read into the buffer of whoever reads', async () => {
    const { reader } = await setUp(Buffer.from('hello'))
    const byob = reader.toWebReadable().getReader({ mode: 'byob' })
    const { value, done } = await byob.read(new Uint8Array(3))
    expect([Buffer.from(value ?? []).toString(), done]).toEqual(['hel', false])
    await byob.cancel()
  })

  it('cancelled end the read below and close the reader', async () => {
    const { store, segment, reader } = await setUp()
    const web = reader.toWebReadable().getReader()
    const reading = web.read()
    await new Promise(resolve => setImmediate(resolve))
    expect(store.readers[0]?.waiting).toBe(1)
    await web.cancel()
    expect((await reading).done).toBe(true)
    expect(store.readers[0]?.waiting).toBe(0)
    expect(segment.closed).toEqual(['reader'])
  })

  it('aborted close the writer with force', async () => {
    const { segment, writer } = await setUp()
    segment.full = true
    const web = writer.toWebWritable().getWriter()
    const writing = web.write(Buffer.alloc(1))
    const ready = expect(writing).rejects.toBeDefined()
    await web.abort(new Error('enough'))
    await ready
    expect(segment.closed).toEqual(['writer by force'])
  })

  it('fail with what is below them', async () => {
    const { segment, reader, writer } = await setUp(data)
    segment.start = 5
    await expect(reader.toWebReadable().getReader().read()).rejects.toMatchObject({ code: 'SEGMENT_TRUNCATED' })
    expect(segment.closed).toEqual(['reader'])
    segment.append(Buffer.from('somebody else'))
    const web = writer.toWebWritable().getWriter()
    await web.write(Buffer.alloc(1))
    const error = await web.close().catch(PravegaError.from)
    expect(error).toMatchObject({ code: 'CONDITIONAL_CHECK_FAILED' })
  })
})
