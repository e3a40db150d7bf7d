import type { DataFileHandle, DataFileSystem } from './data-file-system.ts'

interface OpenFile {
  readonly opening: Promise<DataFileHandle>
  users: number
  /** Is closed as soon as nobody uses it. */
  leaving: boolean
}

/** The files that are open, of which there are not too many: the ones that were used last stay open. */
export class OpenFiles {
  readonly #fileSystem: DataFileSystem
  readonly #limit: number
  /** By path; used longest ago first. */
  readonly #files = new Map<string, OpenFile>()
  readonly #closing = new Set<Promise<void>>()

  constructor(fileSystem: DataFileSystem, limit: number) {
    this.#fileSystem = fileSystem
    this.#limit = limit
  }

  async use<T>(path: string, mode: 'create' | 'write', work: (handle: DataFileHandle) => Promise<T>): Promise<T> {
    let file = this.#files.get(path)
    if (file === undefined) {
      file = { opening: this.#fileSystem.open(path, mode), users: 0, leaving: false }
      this.#files.set(path, file)
    } else {
      this.#files.delete(path)
      this.#files.set(path, file)
    }
    file.users++
    try {
      return await work(await file.opening)
    } finally {
      file.users--
      if (file.leaving && file.users === 0) this.#close(file)
      if (this.#files.size > this.#limit) this.#leaveOldest()
    }
  }

  /** Closes a file when nobody uses it any more. The next use opens it anew. */
  leave(path: string): void {
    const file = this.#files.get(path)
    if (file === undefined) return
    this.#files.delete(path)
    file.leaving = true
    if (file.users === 0) this.#close(file)
  }

  /** Closes all files that nobody uses, and the others when they are not used any more. */
  async close(): Promise<void> {
    for (const path of [...this.#files.keys()]) this.leave(path)
    await Promise.all(this.#closing)
  }

  #leaveOldest(): void {
    for (const [path, file] of this.#files) {
      if (file.users > 0) continue
      this.leave(path)
      return
    }
  }

  #close(file: OpenFile): void {
    // What was to be kept has been synced, or the loss been reported; a file that cannot be opened needs no closing.
    const closing = file.opening
      .then(handle => handle.close())
      .catch(() => {})
      .finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }
}
