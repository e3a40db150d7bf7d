import { setImmediate } from 'node:timers/promises'
import type { DataFileHandle, DataFileSystem } from '../../src/storage/disk/files/data-file-system.ts'
import type { KeyChange, KeyValues } from '../../src/storage/disk/key-values.ts'
import { MemoryKeyValues } from './memory-key-values.ts'

interface MemoryFile {
  bytes: Buffer
  /** So many bytes are there after a power cut, too. */
  synced: number
  /** Its name is there after a power cut, too. */
  isNameSynced: boolean
}

/** What is left of what was not synced. */
export interface Leftover {
  /** Only the process was gone: everything is there, and still not synced. Then the rest does not matter. */
  readonly hasPower: boolean
  /** Between 0 and 1: how much of the unsynced tail of each file is still there. */
  readonly part: number
  /** Whether a byte in the middle of what is left is not what was written. */
  readonly isTorn: boolean
  /** Whether files whose names were not synced are still there. */
  readonly hasNames: boolean
}

/** A disk in memory, on which power can be cut after a number of steps. What was not synced then is there in part. */
export class MemoryDisk {
  readonly #files = new Map<string, MemoryFile>()
  readonly #keyValues = new MemoryKeyValues()
  #stepsLeft = Number.POSITIVE_INFINITY
  /** Of a file that a write was refused for, or that was synced. */
  readonly fileSystem: DataFileSystem = {
    open: (path, mode) => this.#step(() => this.#open(path, mode)),
    list: directory =>
      this.#step(() =>
        [...this.#files.keys()]
          .filter(path => path.startsWith(directory))
          .map(path => path.slice(directory.length + 1)),
      ),
    unlink: path => this.#step(() => void this.#files.delete(path)),
    makeDirectory: () => Promise.resolve(),
    syncDirectory: () =>
      this.#step(() => {
        for (const file of this.#files.values()) file.isNameSynced = true
      }),
  }

  /** The names of all files. */
  get paths(): readonly string[] {
    return [...this.#files.keys()]
  }

  /** The bytes of a file, to be looked at or changed. */
  bytesOf(path: string): Buffer {
    return this.#file(path).bytes
  }

  readonly openKeyValues = (): Promise<KeyValues> => {
    const keyValues = this.#keyValues
    return Promise.resolve({
      get: key => keyValues.get(key),
      entries: range => keyValues.entries(range),
      write: (changes: readonly KeyChange[]) => this.#step(() => keyValues.write(changes)),
      close: () => Promise.resolve(),
    })
  }

  /** Everything fails from the step on that comes after so many. */
  cutPowerAfter(steps: number): void {
    this.#stepsLeft = steps
  }

  /** Power is back, or the process. */
  restore({ hasNames, hasPower, isTorn, part }: Leftover): void {
    this.#stepsLeft = Number.POSITIVE_INFINITY
    if (hasPower) return
    for (const [path, file] of [...this.#files]) {
      if (!(file.isNameSynced || hasNames)) {
        this.#files.delete(path)
        continue
      }
      const unsynced = file.bytes.byteLength - file.synced
      const left = file.synced + Math.floor(unsynced * part)
      file.bytes = Buffer.from(file.bytes.subarray(0, left))
      const torn = (file.synced + left) >>> 1
      if (isTorn && left > file.synced) file.bytes[torn] = (file.bytes[torn] as number) ^ 0x10
      file.synced = left
      file.isNameSynced = true
    }
  }

  #file(path: string): MemoryFile {
    const file = this.#files.get(path)
    if (file === undefined) throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' })
    return file
  }

  #open(path: string, mode: 'create' | 'write' | 'read'): DataFileHandle {
    if (mode === 'create') this.#files.set(path, { bytes: Buffer.alloc(0), synced: 0, isNameSynced: false })
    const file = this.#file(path)
    return {
      writev: (buffers, position) =>
        this.#step(
          () => {
            write(file, Buffer.concat(buffers), position)
            return buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0)
          },
          () => write(file, Buffer.concat(buffers), position),
        ),
      read: (into, position) => this.#step(() => file.bytes.copy(into, 0, position)),
      fdatasync: () =>
        this.#step(() => {
          file.synced = file.bytes.byteLength
        }),
      truncate: bytes =>
        this.#step(() => {
          file.bytes = Buffer.from(file.bytes.subarray(0, bytes))
          file.synced = Math.min(file.synced, bytes)
        }),
      size: () => this.#step(() => file.bytes.byteLength),
      close: () => Promise.resolve(),
    }
  }

  /** @param cutShort what happens when the power is cut in this step */
  async #step<T>(work: () => T | Promise<T>, cutShort: () => void = () => {}): Promise<T> {
    await setImmediate()
    if (this.#stepsLeft <= 0) throw new Error('the power is off')
    this.#stepsLeft--
    if (this.#stepsLeft > 0) return await work()
    cutShort()
    throw new Error('the power went off')
  }
}

function write(file: MemoryFile, bytes: Buffer, position: number): void {
  if (position > file.bytes.byteLength) throw new Error('a write behind the end')
  file.bytes = Buffer.concat([file.bytes.subarray(0, position), bytes])
}
