import { close, fdatasync, fstat, ftruncate, mkdir, open, read, readdir, unlink, writev } from 'node:fs'
import { promisify } from 'node:util'

/** An open data file. */
export interface DataFileHandle {
  /** Writes the buffers one behind the other; as many bytes as it returns. */
  writev(buffers: readonly Uint8Array[], position: number): Promise<number>
  /** Reads until `into` is full or the file ends; as many bytes as it returns. */
  read(into: Uint8Array, position: number): Promise<number>
  fdatasync(): Promise<void>
  truncate(bytes: number): Promise<void>
  size(): Promise<number>
  close(): Promise<void>
}

/** The part of a file system that data files need. What it rejects with has the system's code, for instance `ENOSPC`. */
export interface DataFileSystem {
  /** @param mode `create`: for reading and writing, empty, whatever was there; `write`: one that is there; `read`: that alone */
  open(path: string, mode: 'create' | 'write' | 'read'): Promise<DataFileHandle>
  list(directory: string): Promise<readonly string[]>
  unlink(path: string): Promise<void>
  makeDirectory(path: string): Promise<void>
  /** Makes the names in a directory as durable as `fdatasync` makes bytes. */
  syncDirectory(path: string): Promise<void>
}

const FLAGS = { create: 'w+', write: 'r+', read: 'r' } as const
const openFile = promisify(open)
const closeFile = promisify(close)
const syncFile = promisify(fdatasync)

/** The file system of the machine. */
export const nodeFileSystem: DataFileSystem = {
  open: async (path, mode) => new NodeFile(await openFile(path, FLAGS[mode])),
  list: promisify(readdir),
  unlink: promisify(unlink),
  makeDirectory: async path => void (await promisify(mkdir)(path, { recursive: true })),
  async syncDirectory(path) {
    // Windows keeps names by itself, and opens no directories.
    if (process.platform === 'win32') return
    const directory = await openFile(path, 'r')
    try {
      await syncFile(directory)
    } finally {
      await closeFile(directory)
    }
  },
}

class NodeFile implements DataFileHandle {
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  writev(buffers: readonly Uint8Array[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      writev(this.#fd, buffers, position, (error, written) => (error === null ? resolve(written) : reject(error)))
    })
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let filled = 0
      const go = (): void => {
        read(this.#fd, into, filled, into.byteLength - filled, position + filled, (error, bytes) => {
          if (error !== null) {
            reject(error)
            return
          }
          filled += bytes
          if (bytes === 0 || filled === into.byteLength) resolve(filled)
          else go()
        })
      }
      go()
    })
  }

  fdatasync(): Promise<void> {
    return syncFile(this.#fd)
  }

  truncate(bytes: number): Promise<void> {
    return promisify(ftruncate)(this.#fd, bytes)
  }

  async size(): Promise<number> {
    return (await promisify(fstat)(this.#fd)).size
  }

  close(): Promise<void> {
    return closeFile(this.#fd)
  }
}
