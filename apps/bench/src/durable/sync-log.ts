import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** Bytes that were written to one file between two of its syncs. */
export interface SyncedBatch {
  /** Number of the file, from 0 on in the order in which they were met. */
  readonly file: number
  readonly bytes: number
  /** Batches of the same group were synced side by side. */
  readonly group: number
}

type WriteCallback = Parameters<typeof fs.writev>[3]

/**
 * Notes what this process writes and syncs, as it hands it to the operating system. To be made before what writes is loaded.
 */
export class SyncLog {
  #batches: SyncedBatch[] = []
  readonly #files = new Map<number, number>()
  readonly #unsynced = new Map<number, number>()
  #underWay = 0
  #group = 0

  constructor() {
    const { writev, fdatasync } = fs
    Object.assign(fs, {
      writev: (
        fd: number,
        buffers: readonly NodeJS.ArrayBufferView[],
        position: number | null,
        done: WriteCallback,
      ) => {
        const bytes = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0)
        this.#unsynced.set(fd, (this.#unsynced.get(fd) ?? 0) + bytes)
        writev(fd, buffers, position, done)
      },
      fdatasync: (fd: number, done: fs.NoParamCallback) => {
        this.#begin(fd)
        fdatasync(fd, error => {
          this.#underWay--
          done(error)
        })
      },
    })
    syncBuiltinESMExports()
  }

  /** What was synced since this was asked last. */
  take(): readonly SyncedBatch[] {
    const batches = this.#batches
    this.#batches = []
    return batches
  }

  #begin(fd: number): void {
    const bytes = this.#unsynced.get(fd)
    this.#unsynced.delete(fd)
    if (this.#underWay === 0) this.#group++
    this.#underWay++
    if (bytes === undefined) return
    const file = this.#files.get(fd) ?? this.#files.size
    this.#files.set(fd, file)
    this.#batches.push({ file, bytes, group: this.#group })
  }
}
