import type { DataDirectoryServices } from '../storage/disk/data-directory.ts'
import { type DataFileHandle, type DataFileSystem, nodeFileSystem } from '../storage/disk/files/data-file-system.ts'
import type { KeyValues } from '../storage/disk/key-values.ts'
import type { DiskOperation } from './faults.ts'

/** What the disk asks before it does something. */
export interface DiskFaultGate {
  /**
   * @param bytes - how many are to be written; 0 for everything else
   * @returns undefined when it goes ahead; else a promise of how many bytes are written, which rejects with what the disk fails with.
   */
  beforeDisk(operation: DiskOperation, path: string, bytes: number): Promise<number> | undefined
}

/** A data directory's services with a disk that fails on command, files and keys alike. */
export function onFaultyDisk(gate: DiskFaultGate, services: DataDirectoryServices): DataDirectoryServices {
  const { fileSystem = nodeFileSystem, openKeyValues } = services
  return {
    ...services,
    fileSystem: new FaultyFileSystem(gate, fileSystem),
    async openKeyValues(directory) {
      await gate.beforeDisk('open', directory, 0)
      const open = openKeyValues ?? (await import('../storage/disk/level-key-values.ts')).openLevelKeyValues
      return faultyKeyValues(gate, directory, await open(directory))
    },
  }
}

class FaultyFileSystem implements DataFileSystem {
  readonly #gate: DiskFaultGate
  readonly #below: DataFileSystem

  constructor(gate: DiskFaultGate, below: DataFileSystem) {
    this.#gate = gate
    this.#below = below
  }

  async open(path: string, mode: 'create' | 'write' | 'read'): Promise<DataFileHandle> {
    await this.#gate.beforeDisk('open', path, 0)
    return faultyHandle(this.#gate, path, await this.#below.open(path, mode))
  }

  list(directory: string): Promise<readonly string[]> {
    return this.#below.list(directory)
  }

  async unlink(path: string): Promise<void> {
    await this.#gate.beforeDisk('remove', path, 0)
    return this.#below.unlink(path)
  }

  makeDirectory(path: string): Promise<void> {
    return this.#below.makeDirectory(path)
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#gate.beforeDisk('sync', path, 0)
    return this.#below.syncDirectory(path)
  }
}

function faultyHandle(gate: DiskFaultGate, path: string, below: DataFileHandle): DataFileHandle {
  return {
    async writev(buffers, position) {
      const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
      const struck = gate.beforeDisk('write', path, bytes)
      if (struck === undefined) return below.writev(buffers, position)
      return below.writev(firstBytes(buffers, await struck), position)
    },
    async read(into, position) {
      await gate.beforeDisk('read', path, 0)
      return below.read(into, position)
    },
    async fdatasync() {
      await gate.beforeDisk('sync', path, 0)
      return below.fdatasync()
    },
    truncate: bytes => below.truncate(bytes),
    size: () => below.size(),
    close: () => below.close(),
  }
}

/** Reading keys is from memory for the most part, and does not fail on command. */
function faultyKeyValues(gate: DiskFaultGate, directory: string, below: KeyValues): KeyValues {
  return {
    get: key => below.get(key),
    entries: range => below.entries(range),
    async write(changes, sync) {
      const bytes = changes.reduce((sum, { key, value }) => sum + key.byteLength + (value?.byteLength ?? 0), 0)
      // All of them or none: there is no half of a batch.
      const room = (await gate.beforeDisk('write', directory, bytes)) ?? bytes
      if (room < bytes) await gate.beforeDisk('write', directory, bytes - room)
      if (sync) await gate.beforeDisk('sync', directory, 0)
      return below.write(changes, sync)
    },
    close: () => below.close(),
  }
}

function firstBytes(buffers: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const first: Uint8Array[] = []
  let left = bytes
  for (const buffer of buffers) {
    if (left <= 0) break
    first.push(buffer.subarray(0, left))
    left -= buffer.byteLength
  }
  return first
}
