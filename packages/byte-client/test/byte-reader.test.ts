import { ScopedStream } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { type ByteReader, openByteReader } from '../src/index.ts'
import { type MemorySegment, MemoryStore } from './support/memory-store.ts'

const stream = new ScopedStream('s', 't')

async function setUp(content: string): Promise<{ store: MemoryStore; segment: MemorySegment; reader: ByteReader }> {
  const store = new MemoryStore()
  const segment = store.createStream(stream)
  segment.append(Buffer.from(content))
  return { store, segment, reader: await openByteReader(store, stream) }
}

async function text(reader: ByteReader, length: number): Promise<string> {
  const buffer = Buffer.alloc(length)
  return buffer.subarray(0, await reader.read(buffer)).toString()
}

describe('openByteReader', () => {
  it('begins at the head, on a connection of its own, and looks up with no more rights than it needs', async () => {
    const store = new MemoryStore()
    const segment = store.createStream(stream)
    segment.append(Buffer.from('abcdef'))
    segment.start = 2
    const reader = await openByteReader(store, stream)
    expect(reader.currentOffset).toBe(2n)
    expect(store.readers[0]?.options.dedicatedConnection).toBe(true)
    expect(store.access).toEqual(['none'])
  })

  it.each([
    ['a number', 4, 'ef'],
    ['a bigint', 4n, 'ef'],
    ['so many bytes before the end', { fromEnd: 1 }, 'f'],
    ['the end', { fromEnd: 0n }, ''],
  ])('begins where it is told: %s', async (_, offset, rest) => {
    const { store, segment } = await setUp('abcdef')
    segment.seal()
    expect(await text(await openByteReader(store, stream, { offset }), 10)).toBe(rest)
  })

  it.each([
    ['STREAM_NOT_FOUND', (_: MemoryStore) => {}, /does not exist/],
    ['MULTIPLE_SEGMENTS', (store: MemoryStore) => void store.createStream(stream, 2), /2 segments/],
    ['NO_SUCH_SEGMENT', (store: MemoryStore) => void store.createStream(stream, 0), /no segments left/],
  ])('refuses with %s', async (code, prepare, message) => {
    const store = new MemoryStore()
    prepare(store)
    const opening = openByteReader(store, stream)
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})

describe('read', () => {
  it('reads what is there, waits for more, and gives 0 at the end only', async () => {
    const { segment, reader } = await setUp('hello')
    expect(await text(reader, 3)).toBe('hel')
    expect(reader.available).toBe(2)
    expect(await text(reader, 100)).toBe('lo')
    const more = text(reader, 100)
    segment.append(Buffer.from('!'))
    expect(await more).toBe('!')
    segment.seal()
    expect(await text(reader, 100)).toBe('')
    expect(await text(reader, 100)).toBe('')
  })

  it('refuses an empty buffer, which would look like the end', async () => {
    const { reader } = await setUp('x')
    await expect(reader.read(Buffer.alloc(0))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('says where to go on when data was truncated away', async () => {
    const { segment, reader } = await setUp('abcdef')
    segment.start = 3
    const reading = reader.read(Buffer.alloc(1))
    await expect(reading).rejects.toMatchObject({
      code: 'SEGMENT_TRUNCATED',
      details: { offset: 0n, startOffset: 3n },
      message: expect.stringMatching(/begins at 3 now.*currentHead/),
    })
    await reader.seek(await reader.currentHead())
    expect(await text(reader, 10)).toBe('def')
  })
})

describe('seek', () => {
  it('goes anywhere between head and tail', async () => {
    const { segment, reader } = await setUp('abcdef')
    segment.start = 1
    for (const [position, expected] of [
      [1, 'b'],
      [5n, 'f'],
      [{ fromEnd: 2 }, 'e'],
    ] as const) {
      await reader.seek(position)
      expect(await text(reader, 1)).toBe(expected)
    }
    await reader.seek(6)
    expect(reader.currentOffset).toBe(6n)
    expect([await reader.currentHead(), await reader.currentTail()]).toEqual([1n, 6n])
  })

  it.each([
    ['below the head', 0, 'SEGMENT_TRUNCATED'],
    ['below the head, from the end', { fromEnd: 6 }, 'SEGMENT_TRUNCATED'],
    ['beyond the tail', 7, 'OFFSET_OUT_OF_RANGE'],
    ['before 0, from the end', { fromEnd: 7 }, 'OFFSET_OUT_OF_RANGE'],
    ['below 0', -1, 'OFFSET_OUT_OF_RANGE'],
    ['below 0 as bigint', -1n, 'OFFSET_OUT_OF_RANGE'],
    ['beyond the tail, from the end', { fromEnd: -1 }, 'OFFSET_OUT_OF_RANGE'],
    ['beyond 64 bits', 2n ** 63n, 'OFFSET_OUT_OF_RANGE'],
    ['a fraction', 1.5, 'INVALID_ARGUMENT'],
    ['no number', Number.NaN, 'INVALID_ARGUMENT'],
    ['a number that is not exact', 2 ** 53, 'INVALID_ARGUMENT'],
  ])('%s is refused, and the reader stays where it was', async (_, position, code) => {
    const { segment, reader } = await setUp('abcdef')
    await reader.seek(2)
    segment.start = 1
    await expect(reader.seek(position)).rejects.toMatchObject({ code })
    expect(await text(reader, 1)).toBe('c')
  })
})

describe('iteration', () => {
  it('gives everything up to the end of a sealed segment', async () => {
    const { segment, reader } = await setUp('x'.repeat(2_500))
    segment.seal()
    const pieces: number[] = []
    for await (const piece of reader) pieces.push(piece.length)
    expect(pieces).toEqual([1_000, 1_000, 500])
  })

  it('can be left and gone on with', async () => {
    const { reader } = await setUp('x'.repeat(1_500))
    for await (const piece of reader) {
      expect(piece).toHaveLength(1_000)
      break
    }
    expect(reader.currentOffset).toBe(1_000n)
    expect(await text(reader, 1)).toBe('x')
  })

  it('ends with its signal', async () => {
    const { reader } = await setUp('')
    const abort = new AbortController()
    const next = reader.chunks({ signal: abort.signal }).next()
    abort.abort()
    await expect(next).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
