import { createHash, randomFillSync } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ClientFactory } from '@pravega-ts/client'
import { PravegaError, ScalingPolicy, ScopedStream } from '@pravega-ts/model'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'

const bytes = (text: string): Buffer => Buffer.from(text)

describeEngines('byte streams', engine => {
  let factory: ClientFactory
  const scope = uniqueName('bytes')
  beforeAll(async () => {
    factory = await ClientFactory.create(engine.controllerUri)
    await factory.streamManager().createScope(scope)
  })
  afterAll(() => factory.close())

  async function newStream(segments = 1): Promise<ScopedStream> {
    const stream = new ScopedStream(scope, uniqueName('s'))
    await factory.streamManager().createStream(stream, { scaling: ScalingPolicy.fixed(segments) })
    return stream
  }

  async function contentOf(stream: ScopedStream, length: number): Promise<string> {
    await using reader = await factory.createByteReader(stream)
    const buffer = Buffer.alloc(length)
    for (let filled = 0; filled < length; ) filled += await reader.read(buffer.subarray(filled))
    return buffer.toString()
  }

  it('hold writes of any size, in order', async () => {
    const stream = await newStream()
    const hash = createHash('sha256')
    {
      await using writer = await factory.createByteWriter(stream)
      for (const size of [1, 0, 7, 100_000, 1, 20_000_000, 3, 1_048_576, 13]) {
        const data = randomFillSync(Buffer.alloc(size))
        hash.update(data)
        await writer.write(data)
      }
      expect(writer.currentOffset).toBe(21_148_601n)
      await writer.seal()
    }
    await using reader = await factory.createByteReader(stream)
    const read = createHash('sha256')
    for await (const piece of reader) read.update(piece)
    expect(reader.currentOffset).toBe(21_148_601n)
    expect(read.digest('hex')).toBe(hash.digest('hex'))
  })

  it('borrowed pieces hold the right bytes as long as they are borrowed', async () => {
    const stream = await newStream()
    const data = randomFillSync(Buffer.alloc(5_000_000))
    await using writer = await factory.createByteWriter(stream)
    await writer.write(data)
    await writer.seal()
    await using reader = await factory.createByteReader(stream)
    const read = createHash('sha256')
    const pieces: Uint8Array[] = []
    for await (const piece of reader.chunks({ borrowed: true })) {
      read.update(piece)
      pieces.push(piece)
    }
    expect(read.digest('hex')).toBe(createHash('sha256').update(data).digest('hex'))
    expect(pieces.some(({ length }) => length === 0)).toBe(true)
  })

  it('a new writer goes on at the tail', async () => {
    const stream = await newStream()
    for (const word of ['one ', 'two ', 'three']) {
      await using writer = await factory.createByteWriter(stream)
      await writer.write(bytes(word))
    }
    expect(await contentOf(stream, 13)).toBe('one two three')
  })

  it('two writers never interleave: the second gets an error and can go on behind the first', async () => {
    const stream = await newStream()
    await using first = await factory.createByteWriter(stream)
    await using second = await factory.createByteWriter(stream)
    await first.write(bytes('first'))
    await first.flush()
    // Blocks of the same length as the other's are those that could slip in behind a refused one.
    await second.write(bytes('SECON'))
    await second.write(bytes('D-ONE'))
    await expect(second.flush()).rejects.toMatchObject({ code: 'CONDITIONAL_CHECK_FAILED' })
    await expect(second.write(bytes('x'))).rejects.toMatchObject({ code: 'CONDITIONAL_CHECK_FAILED' })
    await second.reset()
    await second.seekToTail()
    expect(second.currentOffset).toBe(5n)
    await second.write(bytes('second'))
    await second.flush()
    await first.write(bytes('lost')).catch(() => {})
    await expect(first.flush()).rejects.toMatchObject({ code: 'CONDITIONAL_CHECK_FAILED' })
    expect(await contentOf(stream, 11)).toBe('firstsecond')
  })

  it('shared writers interleave whole writes', async () => {
    const stream = await newStream()
    const writers = await Promise.all(
      ['a', 'b', 'c'].map(async letter => ({
        letter,
        writer: await factory.createByteWriter(stream, { shared: true }),
      })),
    )
    await Promise.all(
      writers.map(async ({ letter, writer }) => {
        for (let n = 0; n < 200; n++) await writer.write(bytes(letter.repeat(10)))
        await writer.close()
      }),
    )
    const content = await contentOf(stream, 6_000)
    expect(content).toMatch(/^(a{10}|b{10}|c{10})+$/)
    expect(content.match(/a{10}/g)).toHaveLength(200)
  })

  it('a tail reader sees what is written, as soon as it is', async () => {
    const stream = await newStream()
    await using reader = await factory.createByteReader(stream)
    await using writer = await factory.createByteWriter(stream)
    const buffer = Buffer.alloc(100)
    for (const word of ['a', 'bcd', 'e'.repeat(50)]) {
      const reading = reader.read(buffer)
      await writer.write(bytes(word))
      await writer.flush()
      expect(buffer.subarray(0, await reading).toString()).toBe(word)
    }
    const end = reader.read(buffer)
    await writer.seal()
    expect(await end).toBe(0)
  })

  it('a read that is aborted or late leaves the reader as it was', async () => {
    const stream = await newStream()
    await using reader = await factory.createByteReader(stream)
    await using writer = await factory.createByteWriter(stream)
    const buffer = Buffer.alloc(10)
    await expect(reader.read(buffer, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    await expect(reader.read(buffer, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
    const abort = new AbortController()
    const aborted = reader.read(buffer, { signal: abort.signal })
    abort.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    await writer.write(bytes('abc'))
    await writer.flush()
    expect(await reader.read(buffer)).toBe(3)
  })

  it('seek from the start and from the end; what is truncated is refused with where to go on', async () => {
    const stream = await newStream()
    await using writer = await factory.createByteWriter(stream)
    await using reader = await factory.createByteReader(stream)
    await writer.write(bytes('0123456789'))
    await writer.flush()
    const one = Buffer.alloc(1)
    await reader.seek({ fromEnd: 3 })
    await reader.read(one)
    expect(one.toString()).toBe('7')
    await writer.truncateDataBefore(4)
    await writer.truncateDataBefore(2)
    expect([await reader.currentHead(), await reader.currentTail()]).toEqual([4n, 10n])
    await expect(reader.seek(3)).rejects.toMatchObject({ code: 'SEGMENT_TRUNCATED', details: { startOffset: 4n } })
    await expect(reader.seek(11)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    await expect(reader.seek(-1)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    await expect(writer.truncateDataBefore(11)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    await reader.seek(4)
    await reader.read(one)
    expect(one.toString()).toBe('4')
  })

  it('a reader whose data is truncated under it is told, and goes on at the new head', async () => {
    const stream = await newStream()
    await using writer = await factory.createByteWriter(stream)
    await writer.write(Buffer.alloc(1000, 'a'))
    await writer.write(bytes('rest'))
    await writer.flush()
    await using reader = await factory.createByteReader(stream)
    await writer.truncateDataBefore(1000)
    const buffer = Buffer.alloc(2000)
    await expect(reader.read(buffer)).rejects.toMatchObject({
      code: 'SEGMENT_TRUNCATED',
      details: { offset: 0n, startOffset: 1000n },
    })
    await reader.seek(await reader.currentHead())
    expect(buffer.subarray(0, await reader.read(buffer)).toString()).toBe('rest')
  })

  it('a sealed stream: reading ends, writing is refused by name, truncating goes on', async () => {
    const stream = await newStream()
    await using writer = await factory.createByteWriter(stream)
    await using other = await factory.createByteWriter(stream, { shared: true })
    await writer.write(bytes('abc'))
    await writer.seal()
    await writer.seal()
    const sealed = expect.objectContaining({ code: 'SEGMENT_SEALED' })
    await expect(writer.write(bytes('x'))).rejects.toEqual(sealed)
    await other.write(bytes('x'))
    await expect(other.flush()).rejects.toEqual(sealed)
    await expect(factory.createByteWriter(stream)).rejects.toEqual(sealed)
    await writer.truncateDataBefore(2)
    await using reader = await factory.createByteReader(stream)
    const buffer = Buffer.alloc(10)
    expect(buffer.subarray(0, await reader.read(buffer)).toString()).toBe('c')
    expect(await reader.read(buffer)).toBe(0)
    await reader.seek({ fromEnd: 0 })
    expect(await reader.read(buffer)).toBe(0)
  })

  it('a stream that was sealed as a whole can be read, and not written', async () => {
    const stream = await newStream()
    {
      await using writer = await factory.createByteWriter(stream)
      await writer.write(bytes('abc'))
    }
    await factory.streamManager().sealStream(stream)
    await expect(factory.createByteWriter(stream)).rejects.toMatchObject({ code: 'STREAM_SEALED' })
    await using reader = await factory.createByteReader(stream)
    const buffer = Buffer.alloc(10)
    expect(await reader.read(buffer)).toBe(3)
    expect(await reader.read(buffer)).toBe(0)
  })

  it('a deleted stream fails its writers and readers by name', async () => {
    const stream = await newStream()
    const writer = await factory.createByteWriter(stream)
    const reader = await factory.createByteReader(stream)
    await writer.write(bytes('abc'))
    await writer.flush()
    expect(await reader.read(Buffer.alloc(3))).toBe(3)
    const reading = reader.read(Buffer.alloc(3)).catch(PravegaError.from)
    await factory.streamManager().sealStream(stream)
    expect(await reading).toBe(0)
    await factory.streamManager().deleteStream(stream)
    await writer.write(bytes('x'))
    await expect(writer.flush()).rejects.toMatchObject({
      code: expect.stringMatching(/NO_SUCH_SEGMENT|SEGMENT_SEALED/),
    })
    await expect(reader.currentTail()).rejects.toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    await reader.close()
    await writer.close()
  })

  it('streams that are no byte streams are refused by name', async () => {
    const several = await newStream(2)
    const missing = new ScopedStream(scope, 'missing')
    for (const create of [factory.createByteWriter.bind(factory), factory.createByteReader.bind(factory)]) {
      await expect(create(several)).rejects.toMatchObject({ code: 'MULTIPLE_SEGMENTS' })
      await expect(create(missing)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
    }
  })

  it('go through Node and web streams', async () => {
    const data = randomFillSync(Buffer.alloc(3_000_000))
    const stream = await newStream()
    const writer = await factory.createByteWriter(stream)
    await pipeline(Readable.from([data.subarray(0, 1_000_000), data.subarray(1_000_000)]), writer.toNodeWritable())
    await using sealer = await factory.createByteWriter(stream)
    await sealer.seal()
    const copy = await newStream()
    const target = await factory.createByteWriter(copy)
    const source = await factory.createByteReader(stream)
    await source.toWebReadable().pipeTo(target.toWebWritable())
    await using again = await factory.createByteReader(copy)
    const pieces: Buffer[] = []
    let length = 0
    for await (const piece of again.toNodeReadable({ keepOpen: true })) {
      pieces.push(piece)
      length += piece.length
      if (length === data.length) break
    }
    expect(Buffer.concat(pieces).equals(data)).toBe(true)
  })

  it('a destroyed Node stream ends at once what it was waiting for', async () => {
    const stream = await newStream()
    const reader = await factory.createByteReader(stream)
    const readable = reader.toNodeReadable()
    const ended = new Promise<void>(resolve => readable.once('close', resolve))
    readable.resume()
    readable.destroy()
    await ended
    await expect(reader.read(Buffer.alloc(1))).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
