import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type DataDirectory, openDataDirectory } from '../../../src/storage/disk/data-directory.ts'
import type { DataOptions } from '../../../src/storage/disk/data-options.ts'
import type { StoredSegment } from '../../../src/storage/segment-storage.ts'
import { newDirectory } from '../../support/data-directory.ts'

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
