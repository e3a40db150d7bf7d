import { afterEach, describe, expect, test, vi } from 'vitest'
import { type DataDirectory, openDataDirectory } from '../../../src/storage/disk/data-directory.ts'
import type { SyncPolicy } from '../../../src/storage/disk/data-options.ts'
import type { DataFileSystem } from '../../../src/storage/disk/files/data-file-system.ts'
import type { KeyValues } from '../../../src/storage/disk/key-values.ts'
import { MemoryDisk } from '../../support/memory-disk.ts'

/** A disk that notes what is asked of it, and does it when it is let. */
class WatchedDisk {
  readonly done: string[] = []
  readonly #disk = new MemoryDisk()
  /** What the next operations of a name wait for, or fail with. */
  readonly gates = new Map<string, Promise<void>>()
  readonly fileSystem: DataFileSystem = {
    ...this.#disk.fileSystem,
    open: async (path, mode) => {
      const handle = await this.#disk.fileSystem.open(path, mode)
      return {
        ...handle,
        writev: (buffers, position) => this.#note('write', () => handle.writev(buffers, position)),
        fdatasync: () => this.#note('sync', () => handle.fdatasync()),
      }
    },
    unlink: path => this.#note('unlink', () => this.#disk.fileSystem.unlink(path)),
  }

  readonly openKeyValues = async (): Promise<KeyValues> => {
    const below = await this.#disk.openKeyValues()
    return {
      get: key => below.get(key),
      entries: range => below.entries(range),
      close: () => below.close(),
      write: (changes, sync) => this.#note(sync ? 'keys, synced' : 'keys', () => below.write(changes, sync)),
    }
  }

  hold(name: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.gates.set(name, promise)
    return () => {
      this.gates.delete(name)
      resolve()
    }
  }

  fail(name: string, error: Error): void {
    const failing = Promise.reject(error)
    failing.catch(() => {})
    this.gates.set(name, failing)
  }

  async #note<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.done.push(name)
    await this.gates.get(name)
    return await work()
  }
}

async function open(sync: SyncPolicy = 'always') {
  const disk = new WatchedDisk()
  const directory = await openDataDirectory({ directory: 'data', sync }, disk)
  const segment = directory.storage.createSegment('a', { attributes: [] })
  segment.append([Buffer.from('first')], [])
  await directory.storage.commit()
  disk.done.length = 0
  return { disk, directory, segment }
}

const settle = (directory: DataDirectory) => directory.storage.commit()

/** A group whose bytes are being synced until they are released. */
async function groupUnderWay() {
  const opened = await open()
  const release = opened.disk.hold('sync')
  opened.segment.append([Buffer.from('a')], [])
  const first = settle(opened.directory)
  await expect.poll(() => opened.disk.done).toEqual(['write', 'sync'])
  return { ...opened, release, first }
}

afterEach(() => {
  vi.useRealTimers()
})

test('bytes are synced before the keys that belong to them are written', async () => {
  const { directory, disk, segment } = await open()
  segment.append([Buffer.from('abc')], [])
  segment.seal()
  await settle(directory)
  expect(disk.done).toEqual(['write', 'sync', 'keys, synced'])
})

test('appends need no key, and changes of keys no file', async () => {
  const { directory, disk, segment } = await open()
  segment.append([Buffer.from('abc')], [])
  await settle(directory)
  expect(disk.done).toEqual(['write', 'sync'])
  segment.seal()
  await settle(directory)
  expect(disk.done).toEqual(['write', 'sync', 'keys, synced'])
  expect(settle(directory)).toBe(undefined)
})

test('what comes while a group is under way is the next group', async () => {
  const { directory, disk, segment, release, first } = await groupUnderWay()
  const order: number[] = []
  void first?.then(() => order.push(0))
  for (const number of [1, 2, 3]) {
    segment.append([Buffer.from('b')], [])
    void settle(directory)?.then(() => order.push(number))
  }
  expect(settle(directory)).not.toBe(first)
  release()
  await settle(directory)
  expect(order).toEqual([0, 1, 2, 3])
  expect(disk.done).toEqual(['write', 'sync', 'write', 'sync'])
})

test('much of what comes while a group is synced is written at once, in pieces, and synced with its own group', async () => {
  const { directory, disk, segment, release, first } = await groupUnderWay()
  segment.append([Buffer.alloc(2_000_000, 'b')], [])
  const second = settle(directory)
  await expect.poll(() => disk.done).toEqual(['write', 'sync', 'write', 'write'])
  release()
  await Promise.all([first, second])
  expect(disk.done).toEqual(['write', 'sync', 'write', 'write', 'sync'])
  await directory.abandon()
  const again = await openDataDirectory('data', disk)
  expect([...again.storage.segments()][0]?.length).toBe(2_000_006n)
})

test('what could not be written early fails the group that it belongs to', async () => {
  const { directory, disk, segment, release, first } = await groupUnderWay()
  disk.fail('write', new Error('broken'))
  segment.append([Buffer.alloc(2_000_000, 'b')], [])
  const second = settle(directory)
  await expect.poll(() => disk.done).toEqual(['write', 'sync', 'write', 'write'])
  release()
  await first
  await expect(second).rejects.toMatchObject({ code: 'STORAGE_FAILED', cause: { message: 'broken' } })
})

test('who has changed nothing waits for what is under way', async () => {
  const { directory, release, first } = await groupUnderWay()
  expect(settle(directory)).toBe(first)
  release()
  await first
  expect(settle(directory)).toBe(undefined)
})

test('files of deleted segments go when the keys are gone', async () => {
  const { directory, disk } = await open()
  directory.storage.delete('a')
  await settle(directory)
  await expect.poll(() => disk.done).toEqual(['keys, synced', 'unlink'])
})

describe('when a write fails', () => {
  test.each(['write', 'sync', 'keys, synced'])('at "%s", nothing is acknowledged any more', async step => {
    const { directory, disk, segment } = await open()
    const failures: string[] = []
    directory.onFailure(failure => failures.push(failure.code))
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    disk.fail(step, full)
    segment.append([Buffer.from('a')], [])
    segment.seal()
    const first = settle(directory)
    segment.append([Buffer.from('b')], [])
    const second = settle(directory)
    await expect(first).rejects.toMatchObject({ code: 'STORAGE_FAILED', cause: { code: 'ENOSPC' } })
    await expect(second).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    disk.gates.clear()
    segment.append([Buffer.from('c')], [])
    await expect(settle(directory)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    expect(failures).toEqual(['STORAGE_FAILED'])
    await directory.abandon()
    const again = await openDataDirectory('data', disk)
    const [found] = [...again.storage.segments()]
    expect(found?.length).toBeLessThanOrEqual(7n)
  })

  test('what waits for a group behind it fails, too', async () => {
    const { directory, disk, segment, release, first } = await groupUnderWay()
    segment.append([Buffer.from('b')], [])
    const second = settle(directory)
    disk.fail('write', new Error('broken'))
    release()
    await first
    await expect(second).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  })
})

test('what is abandoned while a group is under way leaves all files that keys tell of', async () => {
  const { directory, disk, release, first } = await groupUnderWay()
  directory.storage.delete('a')
  const abandoned = directory.abandon()
  release()
  await Promise.all([first, abandoned])
  expect(disk.done).not.toContain('unlink')
})

test('what is abandoned drops what is in no group yet', async () => {
  const { directory, disk, segment, release, first } = await groupUnderWay()
  segment.append([Buffer.from('b')], [])
  const second = settle(directory)
  const abandoned = directory.abandon()
  await expect(second).rejects.toMatchObject({ code: 'CLOSED' })
  release()
  await Promise.all([first, abandoned])
  expect(disk.done).toEqual(['write', 'sync'])
})

describe('without sync', () => {
  test('nothing is synced until it is closed', async () => {
    const { directory, disk, segment } = await open('never')
    segment.append([Buffer.from('a')], [])
    segment.seal()
    await settle(directory)
    expect(disk.done).toEqual(['write', 'keys'])
    await directory.close()
    expect(disk.done.slice(2)).toContain('sync')
    expect(disk.done.at(-1)).toBe('keys, synced')
  })

  test('files go only when it is certain that their keys are gone', async () => {
    const { directory, disk } = await open('never')
    directory.storage.delete('a')
    await settle(directory)
    expect(disk.done).toEqual(['keys'])
    for (let number = 0; number < 63; number++) {
      directory.storage.createSegment('b', { attributes: [] }).append([Buffer.from('b')], [])
      await settle(directory)
      disk.done.length = 0
      directory.storage.delete('b')
      await settle(directory)
      if (number < 62) expect(disk.done).toEqual(['keys'])
    }
    await expect.poll(() => disk.done.filter(name => name === 'unlink').length).toBe(64)
    expect(disk.done.indexOf('keys, synced')).toBeLessThan(disk.done.indexOf('unlink'))
  })

  test('every so often everything is, if there is something', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { directory, disk, segment } = await open({ everyMs: 1000 })
    expect(vi.getTimerCount()).toBe(1)
    segment.append([Buffer.from('a')], [])
    segment.seal()
    await settle(directory)
    expect(disk.done).toEqual(['write', 'keys'])
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(1000)
    await expect.poll(() => disk.done).toEqual(['write', 'keys', 'sync', 'keys, synced'])
    expect(vi.getTimerCount()).toBe(0)
    await directory.close()
  })
})
