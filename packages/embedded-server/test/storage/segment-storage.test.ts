import { describe, expect, onTestFinished, test } from 'vitest'
import { openDataDirectory } from '../../src/storage/disk/data-directory.ts'
import { MemorySegmentStorage } from '../../src/storage/memory-segment-storage.ts'
import type { SegmentStorage, StoredSegment } from '../../src/storage/segment-storage.ts'
import { newDirectory } from '../support/data-directory.ts'

const WRITER = '00000000-0000-4000-8000-000000000001'
const LABEL = '00000000-0000-4000-8000-000000000002'
const UNSET = -(2n ** 63n)

async function onDisk(options: { readonly cacheBytes?: number; readonly fileBytes?: number }): Promise<SegmentStorage> {
  const directory = await openDataDirectory({ directory: await newDirectory(), ...options })
  onTestFinished(() => directory.abandon())
  return directory.storage
}

const STORAGES: Readonly<Record<string, () => Promise<SegmentStorage>>> = {
  'in memory': () => Promise.resolve(new MemorySegmentStorage()),
  'on disk': () => onDisk({}),
  'on disk, in small files, with nothing kept in memory': () => onDisk({ cacheBytes: 0, fileBytes: 65_536 }),
}

function pattern(bytes: number, seed: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, index) => ((seed + index) * 7919) >>> 5))
}

async function read(segment: StoredSegment, from: bigint = segment.startOffset, maxBytes = 70_000): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (let offset = from; offset < segment.length; ) {
    const views = await segment.read(offset, maxBytes)
    const bytes = views.reduce((sum, view) => sum + view.byteLength, 0)
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThanOrEqual(maxBytes)
    parts.push(...views)
    offset += BigInt(bytes)
  }
  return Buffer.concat(parts)
}

describe.each(Object.entries(STORAGES))('a storage %s', (_, open) => {
  test('gives back what was appended, at every offset, committed or not', async () => {
    const storage = await open()
    const segment = storage.createSegment('a', { attributes: [] })
    const all = pattern(420_000, 1)
    let sent = 0
    for (const [index, bytes] of [0, 1, 7, 5000, 20, 130_000, 8192, 8193, 131_072, 131_073].entries()) {
      const data = all.subarray(sent, sent + bytes)
      segment.append([data.subarray(0, bytes / 3), data.subarray(bytes / 3)], [{ id: WRITER, value: BigInt(index) }])
      sent += bytes
      if (index % 3 === 1) await storage.commit()
      expect([segment.length, segment.attribute(WRITER)]).toEqual([BigInt(sent), BigInt(index)])
      for (const offset of [0, 1, 5000, 5028, 100_000, sent - 1]) {
        if (offset < 0 || offset >= sent) continue
        expect(Buffer.compare(await read(segment, BigInt(offset)), all.subarray(offset, sent))).toBe(0)
      }
    }
    expect(await segment.read(BigInt(sent), 100)).toEqual([])
  })

  test('gives many small appends back in one piece', async () => {
    const storage = await open()
    const segment = storage.createSegment('a', { attributes: [] })
    const all = pattern(50_000, 2)
    for (let from = 0; from < all.length; from += 10) segment.append([all.subarray(from, from + 10)], [])
    await storage.commit()
    expect(Buffer.compare(await read(segment, 0n, 7001), all)).toBe(0)
    expect((await segment.read(0n, 30_000)).length).toBeLessThan(30)
  })

  test('does not look at appended bytes again', async () => {
    const storage = await open()
    const segment = storage.createSegment('a', { attributes: [] })
    const data = pattern(100_000, 3)
    const small = Buffer.from('abc')
    segment.append([data, small], [])
    const expected = Buffer.concat([data, small])
    data.fill(0)
    small.fill(0)
    await storage.commit()
    expect(Buffer.compare(await read(segment), expected)).toBe(0)
  })

  test('leaves what was read as it is', async () => {
    const storage = await open()
    const segment = storage.createSegment('a', { attributes: [] })
    segment.append([pattern(30_000, 4)], [])
    await storage.commit()
    const views = await segment.read(0n, 30_000)
    segment.truncate(30_000n)
    for (let round = 0; round < 10; round++) segment.append([pattern(300_000, round)], [])
    await storage.commit()
    storage.delete('a')
    await storage.commit()
    expect(Buffer.compare(Buffer.concat(views), pattern(30_000, 4).subarray(0, Buffer.concat(views).length))).toBe(0)
  })

  test('truncates at any offset, and goes on behind it', async () => {
    const storage = await open()
    const segment = storage.createSegment('a', { attributes: [] })
    const all = pattern(300_000, 5)
    for (let from = 0; from < 200_000; from += 20_000) segment.append([all.subarray(from, from + 20_000)], [])
    await storage.commit()
    for (const offset of [0n, 1n, 20_000n, 99_999n, 200_000n]) {
      segment.truncate(offset)
      expect([segment.startOffset, segment.length]).toEqual([offset, 200_000n])
      expect(Buffer.compare(await read(segment), all.subarray(Number(offset), 200_000))).toBe(0)
      await storage.commit()
    }
    segment.append([all.subarray(200_000)], [])
    expect(Buffer.compare(await read(segment), all.subarray(200_000))).toBe(0)
  })

  test('keeps attributes, changes and removes them', async () => {
    const storage = await open()
    const segment = storage.createSegment('a', {
      attributes: [
        { id: LABEL, value: 5n },
        { id: WRITER, value: UNSET },
      ],
    })
    expect([segment.attribute(LABEL), segment.attribute(WRITER)]).toEqual([5n, undefined])
    segment.changeAttributes([{ id: LABEL, value: UNSET }])
    segment.append([], [{ id: WRITER, value: -1n }])
    await storage.commit()
    expect([segment.attribute(LABEL), segment.attribute(WRITER), segment.length]).toEqual([undefined, -1n, 0n])
  })

  test('takes more attributes with an append than one frame has', async () => {
    const storage = await open()
    const segment = storage.createSegment('a', { attributes: [] })
    const changes = Array.from({ length: 600 }, (_, index) => ({
      id: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
      value: BigInt(index),
    }))
    segment.append([Buffer.from('abc')], changes)
    await storage.commit()
    expect(changes.filter(({ id, value }) => segment.attribute(id) !== value)).toEqual([])
    expect((await read(segment)).toString()).toBe('abc')
  })

  test.each([0, 10, 100_000, 2_000_000])('merges a source of %s bytes', async bytes => {
    const storage = await open()
    const target = storage.createSegment('a', { attributes: [] })
    target.append([Buffer.from('first ')], [])
    const source = storage.createSegment('b', { attributes: [] })
    const data = pattern(bytes, 6)
    source.append([data], [{ id: LABEL, value: 1n }])
    if (bytes > 10) await storage.commit()
    source.seal()
    storage.merge(target, source, [{ id: WRITER, value: 9n }])
    expect([target.length, target.attribute(WRITER), target.attribute(LABEL)]).toEqual([
      BigInt(6 + bytes),
      9n,
      undefined,
    ])
    target.append([Buffer.from(' last')], [])
    const expected = Buffer.concat([Buffer.from('first '), data, Buffer.from(' last')])
    expect(Buffer.compare(await read(target), expected)).toBe(0)
    await storage.commit()
    expect(Buffer.compare(await read(target), expected)).toBe(0)
    expect([...storage.segments()].map(({ name }) => name)).toEqual(['a'])
  })

  test('seals for good, and says when something changed last', async () => {
    const storage = await open()
    const before = Date.now()
    const segment = storage.createSegment('a', { attributes: [] })
    expect(segment.isSealed).toBe(false)
    segment.seal()
    expect(segment.isSealed).toBe(true)
    expect(segment.lastModified).toBeGreaterThanOrEqual(before)
    expect(segment.lastModified).toBeLessThanOrEqual(Date.now())
  })

  test('gives a name to somebody else when it was deleted', async () => {
    const storage = await open()
    storage.createSegment('a', { attributes: [{ id: LABEL, value: 1n }] }).append([Buffer.from('abc')], [])
    storage.delete('a')
    const again = storage.createSegment('a', { attributes: [] })
    again.append([Buffer.from('de')], [])
    await storage.commit()
    expect([again.length, again.attribute(LABEL)]).toEqual([2n, undefined])
    expect((await read(again)).toString()).toBe('de')
    storage.delete('a')
    await storage.commit()
    const table = storage.createTable('a', { keyLength: 0, attributes: [] })
    expect([table.kind, table.entryCount]).toEqual(['table', 0])
  })
})
