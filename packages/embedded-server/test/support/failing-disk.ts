import { type DataFileHandle, type DataFileSystem, nodeFileSystem } from '../../src/storage/disk/data-file-system.ts'
import type { KeyValues } from '../../src/storage/disk/key-values.ts'
import { openLevelKeyValues } from '../../src/storage/disk/level-key-values.ts'

/** What can fail. */
export type FailingStep = 'write' | 'sync' | 'keys'

const CODES = { write: 'ENOSPC', sync: 'EIO', keys: 'ENOSPC' } as const

/** The machine's file system, until it is told to fail. */
export class FailingDisk {
  /** What fails from now on. */
  failing: FailingStep | undefined

  readonly fileSystem: DataFileSystem = {
    ...nodeFileSystem,
    open: async (path, mode) => this.#handle(await nodeFileSystem.open(path, mode)),
  }

  readonly openKeyValues = async (directory: string): Promise<KeyValues> => {
    const keyValues = await openLevelKeyValues(directory)
    return {
      get: key => keyValues.get(key),
      entries: range => keyValues.entries(range),
      write: async (changes, sync) => {
        this.#step('keys')
        await keyValues.write(changes, sync)
      },
      close: () => keyValues.close(),
    }
  }

  #handle(file: DataFileHandle): DataFileHandle {
    return {
      writev: async (buffers, position) => {
        this.#step('write')
        return await file.writev(buffers, position)
      },
      fdatasync: async () => {
        this.#step('sync')
        await file.fdatasync()
      },
      read: (into, position) => file.read(into, position),
      truncate: bytes => file.truncate(bytes),
      size: () => file.size(),
      close: () => file.close(),
    }
  }

  #step(step: FailingStep): void {
    if (this.failing !== step) return
    const code = CODES[step]
    throw Object.assign(new Error(`${code}: made to fail`), { code })
  }
}
