import type { DataFileHandle, DataFileSystem } from './data-file-system.ts'

interface OpenFile {
  readonly opening: Promise<DataFileHandle>
  users: number
  /** Is closed as soon as nobody uses it. */
  leaving: boolean
  readonly closed: PromiseWithResolvers<void>
}

/** The files that are open, of which there are not too many: the ones that were used last stay open. */
export class OpenFiles {
  readonly #fileSystem: DataFileSystem
  readonly #limit: number
  /** By path; used longest ago first. */
  readonly #files = new Map<string, OpenFile>()
  /** Files that are left and not closed yet. */
  readonly #leaving = new Set<OpenFile>()

  constructor(fileSystem: DataFileSystem, limit: number) {
    this.#fileSystem = fileSystem
    this.#limit = limit
  }

  async use<T>(path: string, mode: 'create' | 'write', work: (handle: DataFileHandle) => Promise<T>): Promise<T> {
    let file = this.#files.get(path)
    if (file === undefined) {
      file = { opening: this.#fileSystem.open(path, mode), users: 0, leaving: false, closed: Promise.withResolvers() }
      this.#files.set(path, file)
    } else {
      this.#files.delete(path)
      this.#files.set(path, file)
    }
    file.users++
    try {
      return await work(await this.#opened(path, file))
    } finally {
      file.users--
      if (file.leaving && file.users === 0) this.#close(file)
      if (this.#files.size > this.#limit) this.#leaveOldest()
    }
  }

  /** Closes a file when nobody uses it any more; resolves then. The next use opens it anew. */
  leave(path: string): Promise<void> {
    const file = this.#files.get(path)
    if (file === undefined) return Promise.resolve()
    this.#files.delete(path)
    file.leaving = true
    this.#leaving.add(file)
    if (file.users === 0) this.#close(file)
    return file.closed.promise
  }

  /** Closes all files as soon as nobody uses them. */
  async close(): Promise<void> {
    for (const path of [...this.#files.keys()]) void this.leave(path)
    await Promise.all([...this.#leaving].map(file => file.closed.promise))
  }

  async #opened(path: string, file: OpenFile): Promise<DataFileHandle> {
    try {
      return await file.opening
    } catch (error) {
      // The next use tries again.
      if (this.#files.get(path) === file) this.#files.delete(path)
      throw error
    }
  }

  #leaveOldest(): void {
    for (const [path, file] of this.#files) {
      if (file.users > 0) continue
      void this.leave(path)
      return
    }
  }

  #close(file: OpenFile): void {
    // What was to be kept has been synced, or the loss been reported; a file that cannot be opened needs no closing.
    file.opening
      .then(handle => handle.close())
      .catch(() => {})
      .finally(() => {
        this.#leaving.delete(file)
        file.closed.resolve()
      })
  }
}
