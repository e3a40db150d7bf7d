import type { Logger } from '@pravega-ts/config'
import type { StorageFiles } from '../segments/disk-segment-storage.ts'
import { storageFailed } from '../storage-failed.ts'
import type { DataFile } from './data-file.ts'
import { dataFilePath } from './data-file-path.ts'
import { readData } from './data-file-reader.ts'
import type { DataFileHandle, DataFileSystem } from './data-file-system.ts'
import type { GroupFiles } from './data-writes.ts'
import { OpenFiles } from './open-files.ts'

const OPEN_FILES = 256

/** The data files of a directory. */
export class DataFiles implements GroupFiles, StorageFiles {
  readonly #fileSystem: DataFileSystem
  readonly #directory: string
  readonly #logger: Logger
  readonly #open: OpenFiles
  readonly #removals = new Set<Promise<void>>()

  constructor(fileSystem: DataFileSystem, directory: string, logger: Logger) {
    this.#fileSystem = fileSystem
    this.#directory = directory
    this.#logger = logger
    this.#open = new OpenFiles(fileSystem, OPEN_FILES)
  }

  use<T>(file: DataFile, create: boolean, work: (handle: DataFileHandle) => Promise<T>): Promise<T> {
    return this.#open.use(this.#pathOf(file), create ? 'create' : 'write', work)
  }

  syncDirectory(): Promise<void> {
    return this.#fileSystem.syncDirectory(this.#directory)
  }

  /** @throws PravegaError as {@link readData}; `STORAGE_FAILED` when the file cannot be read */
  async read(file: DataFile, offset: number, maxBytes: number): Promise<readonly Uint8Array[]> {
    const path = this.#pathOf(file)
    try {
      return await this.use(file, false, handle => readData(handle, file, path, offset, maxBytes))
    } catch (error) {
      if (file.removed) return []
      throw storageFailed(`${path} cannot be read`, error)
    }
  }

  remove(files: readonly DataFile[]): void {
    for (const file of files) {
      const path = this.#pathOf(file)
      const removal = this.#open
        .leave(path)
        .then(() => this.#fileSystem.unlink(path))
        // One that stays is removed when the directory is opened next.
        .catch(error => this.#logger.warn('a data file could not be removed', { file: path, error }))
        .finally(() => this.#removals.delete(removal))
      this.#removals.add(removal)
    }
  }

  /** Waits for what is under way, and closes all files. */
  async close(): Promise<void> {
    await Promise.all(this.#removals)
    await this.#open.close()
  }

  #pathOf(file: DataFile): string {
    return dataFilePath(this.#directory, file.number)
  }
}
