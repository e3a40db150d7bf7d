import { join } from 'node:path'
import { type Logger, silentLogger } from '@pravega-ts/config'
import type { PravegaError } from '@pravega-ts/model'
import type { ControllerState } from '../../controller/state/controller-state.ts'
import type { CommittedGroup } from '../../observability/measures.ts'
import type { SegmentStorage } from '../segment-storage.ts'
import { openPersistentControllerState } from './controller/persistent-controller-state.ts'
import { checkDataOptions, type DataOptions } from './data-options.ts'
import { checkFormat } from './directory-format.ts'
import { type DataFileSystem, nodeFileSystem } from './files/data-file-system.ts'
import { DataFiles } from './files/data-files.ts'
import type { FrameSums } from './frames/frame-sums.ts'
import { SumThread } from './frames/sum-thread.ts'
import { GroupCommit } from './group-commit.ts'
import type { KeyValues } from './key-values.ts'
import { CLOSED_KEY } from './keys.ts'
import { openLevelKeyValues } from './level-key-values.ts'
import { readSegmentKeys, recoverSegments, removeUnknownFiles, segmentsAsRecorded } from './recovery.ts'
import { logReport, type RecoveryReport } from './recovery-report.ts'
import { DiskSegmentStorage } from './segments/disk-segment-storage.ts'
import { Numbers } from './segments/numbers.ts'
import { storageFailed } from './storage-failed.ts'
import { type DiskTables, loadTables } from './tables/disk-tables.ts'

/** What a data directory is opened with besides its options. */
export interface DataDirectoryServices {
  /** Default: that of the machine. */
  readonly fileSystem?: DataFileSystem | undefined
  /** Default: LevelDB in the given directory. */
  readonly openKeyValues?: ((directory: string) => Promise<KeyValues>) | undefined
  /** Closed with the directory. Default: a thread of its own, begun when it is worth it. */
  readonly sums?: FrameSums | undefined
  /** Default: silent. */
  readonly logger?: Logger | undefined
  /** Told of each group of changes that has become durable. Default: nobody is. */
  readonly onCommitted?: ((group: CommittedGroup) => void) | undefined
}

/** Everything that a server keeps, on disk. */
export interface DataDirectory {
  readonly storage: SegmentStorage
  readonly state: ControllerState
  readonly report: RecoveryReport
  /** Bytes of segments that are in memory, too. */
  readonly cachedBytes: number
  /**
   * Calls `listener` when a write has failed: from then on nothing is kept, and all that is to be made durable is rejected with that
   * failure. Returns what calls this off.
   */
  onFailure(listener: (failure: PravegaError) => void): () => void
  /** Writes everything, so that the next start has nothing to look through, and lets go of the directory. Idempotent. */
  close(): Promise<void>
  /** Lets go of the directory without writing what has not been: as if the process had been killed. Idempotent. */
  abandon(): Promise<void>
}

/**
 * Opens the data of a server, and brings in order what one that did not close it has left behind.
 * @throws PravegaError `INVALID_ARGUMENT` for impossible options; `DATA_DIRECTORY_IN_USE` when another server has it open;
 * `VERSION_MISMATCH` when a later version wrote it; `CORRUPT_STATE` when something is missing that must be there; `STORAGE_FAILED` when
 * it cannot be read or written; `INVALID_CONFIG` when the package for keys and values is not installed.
 */
export async function openDataDirectory(
  data: string | DataOptions,
  services: DataDirectoryServices = {},
): Promise<DataDirectory> {
  const began = performance.now()
  const options = checkDataOptions(data)
  const { directory } = options
  const { fileSystem = nodeFileSystem, logger = silentLogger, openKeyValues = openLevelKeyValues } = services
  const layout = { directory, segments: join(directory, 'segments') }
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw storageFailed(`the data directory ${directory} cannot be used`, error)
    }
  }
  await attempt(() => fileSystem.makeDirectory(layout.segments))
  // First of all, because it has the lock.
  const keyValues = await openKeyValues(join(directory, 'keys'))
  const files = new DataFiles(fileSystem, layout.segments, logger)
  try {
    await attempt(() => checkFormat(keyValues, fileSystem, layout))
    const keys = await readSegmentKeys(keyValues)
    const removedFiles = await attempt(() => removeUnknownFiles(fileSystem, layout.segments, keys))
    const wasClosed = keyValues.get(CLOSED_KEY) !== undefined
    const segments = wasClosed
      ? segmentsAsRecorded(keys)
      : await attempt(() => recoverSegments(fileSystem, layout.segments, keys))
    const failures = new FailureListeners()
    const commits = new GroupCommit({
      keyValues,
      sync: options.sync,
      files,
      onCommitted: services.onCommitted,
      onFailure: failure => {
        logger.error('the data could not be written', { directory, error: failure })
        failures.tell(failure)
      },
    })
    const tables = await loadTables(keyValues, commits)
    const numbers = await Numbers.open(keyValues, commits, [{ key: CLOSED_KEY, value: undefined }])
    const { sums = new SumThread(logger) } = services
    const storage = new DiskSegmentStorage({ ...options, pending: commits, tables, numbers, files, sums })
    commits.join(storage)
    for (const segment of segments) storage.restore(segment)
    await commits.commit()
    const state = await openPersistentControllerState(keyValues, commits)
    const report: RecoveryReport = {
      durationMs: Math.round(performance.now() - began),
      segments: segments.length,
      tables: [...tables].length,
      scannedBytes: segments.reduce((sum, { scannedBytes }) => sum + scannedBytes, 0),
      cuts: segments.map(({ cut }) => cut).filter(cut => cut !== undefined),
      removedFiles,
    }
    logReport(logger, directory, report)
    return new OpenDirectory({ storage, state, report, commits, failures, tables, files, keyValues, sums })
  } catch (error) {
    await files.close()
    await keyValues.close()
    throw error
  }
}

/** Who wants to know of failed writes. */
class FailureListeners {
  readonly #listeners = new Set<(failure: PravegaError) => void>()

  add(listener: (failure: PravegaError) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(failure: PravegaError): void {
    for (const listener of [...this.#listeners]) listener(failure)
  }
}

interface DirectoryParts {
  readonly storage: DiskSegmentStorage
  readonly state: ControllerState
  readonly report: RecoveryReport
  readonly commits: GroupCommit
  readonly failures: FailureListeners
  readonly tables: DiskTables
  readonly files: DataFiles
  readonly keyValues: KeyValues
  readonly sums: FrameSums
}

class OpenDirectory implements DataDirectory {
  readonly #parts: DirectoryParts
  #ended: Promise<void> | undefined

  constructor(parts: DirectoryParts) {
    this.#parts = parts
  }

  get storage(): SegmentStorage {
    return this.#parts.storage
  }

  get state(): ControllerState {
    return this.#parts.state
  }

  get report(): RecoveryReport {
    return this.#parts.report
  }

  get cachedBytes(): number {
    return this.#parts.storage.cachedBytes
  }

  onFailure(listener: (failure: PravegaError) => void): () => void {
    return this.#parts.failures.add(listener)
  }

  close(): Promise<void> {
    const { commits, storage } = this.#parts
    this.#ended ??= this.#end(() => {
      storage.checkpoint()
      commits.put(CLOSED_KEY, Buffer.alloc(0))
      return commits.close()
    })
    return this.#ended
  }

  abandon(): Promise<void> {
    this.#ended ??= this.#end(() => this.#parts.commits.abandon())
    return this.#ended
  }

  async #end(finish: () => Promise<void>): Promise<void> {
    const { files, keyValues, sums, tables } = this.#parts
    try {
      await finish()
    } finally {
      await sums.close()
      await tables.settled()
      await files.close()
      await keyValues.close()
    }
  }
}
