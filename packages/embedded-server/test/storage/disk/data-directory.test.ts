import { readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLogger } from '@pravega-ts/config'
import { expect, onTestFinished, test } from 'vitest'
import { type DataDirectory, openDataDirectory } from '../../../src/storage/disk/data-directory.ts'
import type { DataOptions } from '../../../src/storage/disk/data-options.ts'
import type { StoredSegment } from '../../../src/storage/segment-storage.ts'
import { newDirectory } from '../../support/data-directory.ts'
import { MemoryDisk } from '../../support/memory-disk.ts'

const WRITER = '00000000-0000-4000-8000-000000000001'
const OTHER = '00000000-0000-4000-8000-000000000002'

async function open(options: DataOptions): Promise<DataDirectory> {
  const directory = await openDataDirectory(options)
  onTestFinished(() => directory.abandon())
  return directory
}

function find(directory: DataDirectory, name: string): StoredSegment {
  for (const segment of directory.storage.segments())
    if (segment.name === name && segment.kind === 'stream') return segment
  throw new Error(`no segment ${name}`)
}

async function contents(segment: StoredSegment): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (let offset = segment.startOffset; offset < segment.length; ) {
    const views = await segment.read(offset, 100_000)
    expect(views.length).toBeGreaterThan(0)
    for (const view of views) {
      parts.push(view)
      offset += BigInt(view.byteLength)
    }
  }
  return Buffer.concat(parts)
}

function pattern(bytes: number, seed: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes)
  for (let index = 0; index < bytes; index++) buffer[index] = (index * 31 + seed * 17 + (index >> 8)) & 0xff
  return buffer
}

test.each(['close', 'abandon'] as const)('what was committed is there again after %s', async how => {
  const path = await newDirectory()
  const first = await open({ directory: path })
  const segment = first.storage.createSegment('a/b/0', { attributes: [{ id: OTHER, value: 7n }] })
  segment.append([Buffer.from('abc'), Buffer.from('def')], [{ id: WRITER, value: 1n }])
  await first.storage.commit()
  const large = pattern(300_000, 1)
  segment.append([large], [{ id: WRITER, value: 2n }])
  await first.storage.commit()
  await first[how]()
  const second = await open({ directory: path })
  const again = find(second, 'a/b/0')
  expect([again.length, again.startOffset, again.attribute(WRITER), again.attribute(OTHER)]).toEqual([
    300_006n,
    0n,
    2n,
    7n,
  ])
  expect((await contents(again)).equals(Buffer.concat([Buffer.from('abcdef'), large]))).toBe(true)
  expect(second.report.cuts).toEqual([])
  expect(second.report.scannedBytes > 0).toBe(how === 'abandon')
})

test('files roll by size, and truncation removes them', async () => {
  const path = await newDirectory()
  const first = await open({ directory: path, fileBytes: 65_536, cacheBytes: 0 })
  const segment = first.storage.createSegment('a/b/0', { attributes: [] })
  const all = pattern(1_000_000, 2)
  for (let from = 0; from < all.length; from += 10_000) {
    segment.append([all.subarray(from, from + 10_000)], [{ id: WRITER, value: BigInt(from) }])
    if (from % 50_000 === 0) await first.storage.commit()
  }
  await first.storage.commit()
  expect((await readdir(join(path, 'segments'))).length).toBeGreaterThan(10)
  expect((await contents(segment)).equals(all)).toBe(true)
  segment.truncate(900_001n)
  await first.storage.commit()
  expect((await contents(segment)).equals(all.subarray(900_001))).toBe(true)
  await first.abandon()
  const second = await open({ directory: path, fileBytes: 65_536 })
  expect((await readdir(join(path, 'segments'))).length).toBeLessThan(4)
  expect((await contents(find(second, 'a/b/0'))).equals(all.subarray(900_001))).toBe(true)
})

test('merges small and large', async () => {
  const path = await newDirectory()
  const first = await open({ directory: path })
  const target = first.storage.createSegment('a/b/0', { attributes: [] })
  target.append([Buffer.from('begin ')], [])
  const parts: Uint8Array[] = [Buffer.from('begin ')]
  for (const bytes of [10, 200_000, 3_000_000, 20]) {
    const source = first.storage.createSegment(`source ${bytes}`, { attributes: [] })
    const data = pattern(bytes, bytes)
    source.append([data], [])
    if (bytes % 100 === 0) await first.storage.commit()
    first.storage.merge(target, source, [{ id: OTHER, value: BigInt(bytes) }])
    target.append([Buffer.from('|')], [{ id: WRITER, value: BigInt(bytes) }])
    parts.push(data, Buffer.from('|'))
    expect((await contents(target)).equals(Buffer.concat(parts))).toBe(true)
  }
  await first.storage.commit()
  await first.abandon()
  const second = await open({ directory: path })
  const again = find(second, 'a/b/0')
  expect((await contents(again)).equals(Buffer.concat(parts))).toBe(true)
  expect([again.attribute(WRITER), again.attribute(OTHER)]).toEqual([20n, 20n])
  expect([...second.storage.segments()].map(({ name }) => name)).toEqual(['a/b/0'])
})

test('a second server is refused', async () => {
  const path = await newDirectory()
  await open({ directory: path })
  await expect(openDataDirectory(path)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
})

test('attributes that were found behind a record are in the next one', async () => {
  const path = await newDirectory()
  const first = await open({ directory: path })
  first.storage.createSegment('a/b/0', { attributes: [] }).append([Buffer.from('abc')], [{ id: WRITER, value: 1n }])
  await first.storage.commit()
  await first.abandon()
  const second = await open({ directory: path })
  find(second, 'a/b/0').seal()
  await second.storage.commit()
  await second.abandon()
  const third = await open({ directory: path })
  expect([find(third, 'a/b/0').attribute(WRITER), find(third, 'a/b/0').isSealed]).toEqual([1n, true])
})

test('a byte that is not what was written is an error that says where, and what is before it is read', async () => {
  const disk = new MemoryDisk()
  const directory = await openDataDirectory({ directory: 'data', cacheBytes: 0 }, disk)
  const segment = directory.storage.createSegment('a/b/0', { attributes: [] })
  for (const seed of [1, 2, 3]) segment.append([pattern(50_000, seed)], [])
  await directory.storage.commit()
  const [path = ''] = disk.paths
  const bytes = disk.bytesOf(path)
  // In the data of the second frame: 32 bytes begin the file, 24 each frame.
  const second = 32 + 24 + 50_000
  bytes[second + 1000] = (bytes[second + 1000] as number) ^ 1
  expect(Buffer.concat(await segment.read(0n, 50_000)).equals(pattern(50_000, 1))).toBe(true)
  await expect(segment.read(50_000n, 10)).rejects.toMatchObject({
    code: 'CORRUPT_STATE',
    details: { file: path, position: second },
    message: expect.stringContaining(`${path} holds at byte ${second}`),
  })
  expect(Buffer.concat(await segment.read(100_000n, 50_000)).equals(pattern(50_000, 3))).toBe(true)
})

test('what a power cut took is reported as lost, and the segment goes on with what is there', async () => {
  const path = await newDirectory()
  const first = await open({ directory: path, sync: 'never' })
  const segment = first.storage.createSegment('a/b/0', { attributes: [] })
  for (const seed of [1, 2, 3]) segment.append([pattern(1000, seed)], [])
  segment.seal()
  await first.storage.commit()
  await first.abandon()
  const [name = ''] = await readdir(join(path, 'segments'))
  await truncate(join(path, 'segments', name), 2500)
  const second = await open({ directory: path })
  const again = find(second, 'a/b/0')
  const expected = Buffer.concat([pattern(1000, 1), pattern(1000, 2)])
  expect((await contents(again)).equals(expected)).toBe(true)
  expect(second.report.cuts).toEqual([
    { segment: 'a/b/0', file: join(path, 'segments', name), bytes: 1024, lost: true },
  ])
  again.append([pattern(5000, 4)], [])
  await second.storage.commit()
  await second.abandon()
  const third = await open({ directory: path })
  expect((await contents(find(third, 'a/b/0'))).equals(Buffer.concat([expected, pattern(5000, 4)]))).toBe(true)
  expect(third.report.cuts).toEqual([])
})

test('a tail that was being written is cut off and reported, a file of nobody is removed and reported', async () => {
  const path = await newDirectory()
  const first = await open({ directory: path })
  first.storage.createSegment('a/b/0', { attributes: [] }).append([pattern(1000, 1)], [])
  await first.storage.commit()
  await first.abandon()
  const [name = ''] = await readdir(join(path, 'segments'))
  const file = join(path, 'segments', name)
  await writeFile(file, Buffer.from('what was written last'), { flag: 'a' })
  const stray = join(path, 'segments', '77.data')
  await writeFile(stray, 'of nobody')
  await writeFile(join(path, 'segments', 'notes.txt'), 'of somebody else')
  const lines: string[] = []
  const log = (message: string): void => void lines.push(message)
  const logger = { ...silentLogger, info: log, warn: log, error: log }
  const second = await openDataDirectory(path, { logger })
  onTestFinished(() => second.abandon())
  expect((await contents(find(second, 'a/b/0'))).equals(pattern(1000, 1))).toBe(true)
  expect(second.report).toMatchObject({
    segments: 1,
    tables: 0,
    cuts: [{ segment: 'a/b/0', file, bytes: 21, lost: false }],
    removedFiles: [stray],
  })
  expect(lines).toEqual([
    'data directory opened',
    'an unfinished write was cut off',
    'a data file that belonged to nothing was removed',
  ])
  expect(await readdir(join(path, 'segments'))).toEqual([name, 'notes.txt'])
})

test('a segment whose file is gone is an error that names both', async () => {
  const path = await newDirectory()
  const first = await open({ directory: path })
  first.storage.createSegment('a/b/0', { attributes: [] }).append([pattern(1000, 1)], [])
  await first.close()
  const [name = ''] = await readdir(join(path, 'segments'))
  await rm(join(path, 'segments', name))
  await expect(openDataDirectory(path)).rejects.toMatchObject({
    code: 'CORRUPT_STATE',
    details: { segment: 'a/b/0', file: join(path, 'segments', name) },
  })
})

test('data without the keys that belong to them are not touched', async () => {
  const path = await newDirectory()
  const first = await open({ directory: path })
  first.storage.createSegment('a/b/0', { attributes: [] }).append([pattern(1000, 1)], [])
  await first.close()
  await rm(join(path, 'keys'), { recursive: true })
  await expect(openDataDirectory(path)).rejects.toMatchObject({ code: 'CORRUPT_STATE', details: { directory: path } })
  expect((await readdir(join(path, 'segments'))).length).toBe(1)
})

test('what a later version has written is refused', async () => {
  const disk = new MemoryDisk()
  await (await openDataDirectory('data', disk)).close()
  const keyValues = await disk.openKeyValues()
  await keyValues.write([{ key: Buffer.from([0, 0x66]), value: Buffer.from('0000000000000002', 'hex') }], true)
  await expect(openDataDirectory('data', disk)).rejects.toMatchObject({ code: 'VERSION_MISMATCH' })
})

test.each([
  [{ directory: '' }, 'data.directory is ""'],
  [{ directory: 'd', sync: 'sometimes' }, 'data.sync is "sometimes"'],
  [{ directory: 'd', sync: { everyMs: 0 } }, 'data.sync is {"everyMs":0}'],
  [{ directory: 'd', sync: { everyMs: 1e12 } }, 'data.sync is {"everyMs":1000000000000}'],
  [{ directory: 'd', fileBytes: 1000 }, 'data.fileBytes is 1000'],
  [{ directory: 'd', cacheBytes: -1 }, 'data.cacheBytes is -1'],
  [{ directory: 'd', cacheBytes: 1.5 }, 'data.cacheBytes is 1.5'],
])('%o is refused', async (options, message) => {
  await expect(openDataDirectory(options as DataOptions)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(message),
  })
})

test('memory that is kept stays within its budget, whatever is written and read', async () => {
  const path = await newDirectory()
  const directory = await open({ directory: path, cacheBytes: 1_000_000 })
  const segments = ['a', 'b', 'c'].map(name => directory.storage.createSegment(name, { attributes: [] }))
  for (let round = 0; round < 30; round++) {
    for (const segment of segments) segment.append([pattern(100_000, round)], [])
    await directory.storage.commit()
    expect(directory.cachedBytes).toBeLessThanOrEqual(1_000_000)
  }
  for (const segment of segments) expect((await contents(segment)).byteLength).toBe(3_000_000)
  expect(directory.cachedBytes).toBeLessThanOrEqual(1_000_000)
})
