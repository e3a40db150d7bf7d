import { silentLogger } from '@pravega-ts/config'
import { expect, onTestFinished, test } from 'vitest'
import { type DataDirectory, openDataDirectory } from '../../../src/storage/disk/data-directory.ts'
import type { FrameSums } from '../../../src/storage/disk/frames/frame-sums.ts'
import { SumThread } from '../../../src/storage/disk/frames/sum-thread.ts'
import type { StoredSegment } from '../../../src/storage/segment-storage.ts'
import { LateSums } from '../../support/late-sums.ts'
import { MemoryDisk } from '../../support/memory-disk.ts'
import { received } from '../../support/received-data.ts'

const WRITER = '00000000-0000-4000-8000-000000000001'
const SIZE = 500_000

async function open(sums: FrameSums, disk = new MemoryDisk()): Promise<DataDirectory> {
  const { fileSystem, openKeyValues } = disk
  const directory = await openDataDirectory('data', { fileSystem, openKeyValues, sums })
  onTestFinished(() => directory.abandon())
  return directory
}

function segment(directory: DataDirectory, name: string): StoredSegment {
  return directory.storage.createSegment(name, { attributes: [] })
}

async function contents(stored: StoredSegment | undefined): Promise<Buffer> {
  if (stored === undefined) throw new Error('no segment')
  return Buffer.concat(await stored.read(0n, Number(stored.length)))
}

function found(directory: DataDirectory, name: string): StoredSegment | undefined {
  for (const stored of directory.storage.segments()) if (stored.kind === 'stream' && stored.name === name) return stored
  return undefined
}

/** A large append between small ones: heads and tails of its frames lie elsewhere. */
function append(stored: StoredSegment, value: number): Buffer {
  const parts = [Buffer.alloc(100, 1), Buffer.alloc(SIZE, value), Buffer.alloc(300, 2)]
  stored.append(
    [Buffer.alloc(100, 1), received(Buffer.alloc(SIZE, value)), Buffer.alloc(300, 2)],
    [{ id: WRITER, value: BigInt(value) }],
  )
  return Buffer.concat(parts)
}

test('what was away to be summed up is read from memory, and from the disk', async () => {
  const disk = new MemoryDisk()
  const sums = new LateSums(3)
  const first = await open(sums, disk)
  const stored = segment(first, 'a')
  const expected: Buffer[] = []
  for (let n = 3; n < 8; n++) {
    expected.push(append(stored, n))
    if (n % 2 === 0) await first.storage.commit()
  }
  await first.storage.commit()
  expect(sums.taken).toBe(5)
  expect((await contents(stored)).equals(Buffer.concat(expected))).toBe(true)
  await first.abandon()
  const second = await open(new LateSums(0), disk)
  expect(second.report.cuts).toEqual([])
  expect((await contents(found(second, 'a'))).equals(Buffer.concat(expected))).toBe(true)
})

test('a thread of its own sums up while appends go on', async () => {
  const disk = new MemoryDisk()
  const thread = new SumThread(silentLogger, 1)
  const first = await open(thread, disk)
  await expect.poll(() => thread.takes(SIZE), { timeout: 10_000 }).toBe(true)
  const stored = segment(first, 'a')
  const expected: Buffer[] = []
  const commits: (Promise<void> | undefined)[] = []
  for (let n = 3; n < 33; n++) {
    expected.push(append(stored, n))
    commits.push(first.storage.commit())
  }
  await Promise.all(commits)
  expect((await contents(stored)).equals(Buffer.concat(expected))).toBe(true)
  await first.close()
  const second = await open(new LateSums(0), disk)
  expect((await contents(found(second, 'a'))).equals(Buffer.concat(expected))).toBe(true)
})

test('a segment is merged while its memory is away', async () => {
  const disk = new MemoryDisk()
  const first = await open(new LateSums(3), disk)
  const target = segment(first, 'target')
  const source = segment(first, 'source')
  const expected = [append(target, 3), append(source, 4)]
  first.storage.merge(target, source, [])
  expected.push(append(target, 5))
  await first.storage.commit()
  expect((await contents(target)).equals(Buffer.concat(expected))).toBe(true)
  await first.abandon()
  const second = await open(new LateSums(0), disk)
  expect((await contents(found(second, 'target'))).equals(Buffer.concat(expected))).toBe(true)
  expect(found(second, 'source')).toBe(undefined)
})

test('a segment is truncated, and one deleted, while its memory is away', async () => {
  const first = await open(new LateSums(3))
  const stored = segment(first, 'a')
  const gone = segment(first, 'b')
  append(gone, 3)
  append(stored, 4)
  first.storage.delete('b')
  stored.truncate(stored.length)
  const last = append(stored, 5)
  await first.storage.commit()
  expect(Buffer.concat(await stored.read(stored.startOffset, SIZE * 2)).equals(last)).toBe(true)
})

test('when the memory is lost, nothing is acknowledged', async () => {
  const lost: FrameSums = {
    takes: () => true,
    sum: () => Promise.reject(new Error('lost')),
    close: () => Promise.resolve(),
  }
  const directory = await open(lost)
  const failures: unknown[] = []
  directory.onFailure(failure => failures.push(failure))
  append(segment(directory, 'a'), 3)
  await expect(directory.storage.commit()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  expect(failures).toEqual([expect.objectContaining({ code: 'STORAGE_FAILED' })])
})
