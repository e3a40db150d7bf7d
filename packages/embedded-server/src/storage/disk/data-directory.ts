import { join } from 'node:path'
import { type Logger, silentLogger } from '@pravega-ts/config'
import { PravegaError } from '@pravega-ts/model'
import type { ControllerState } from '../../controller/state/controller-state.ts'
import type { CommittedGroup } from '../../observability/measures.ts'
import type { SegmentStorage } from '../segment-storage.ts'
import { openPersistentControllerState } from './controller/persistent-controller-state.ts'
import { type DataFileSystem, nodeFileSystem } from './data-file-system.ts'
import { DataFiles } from './data-files.ts'
import { checkDataOptions, type DataOptions } from './data-options.ts'
import { DiskSegmentStorage } from './disk-segment-storage.ts'
import { GroupCommit } from './group-commit.ts'
import type { KeyValues } from './key-values.ts'
import { ALL_KEYS, CLOSED_KEY, decodeNumber, encodeNumber, FORMAT_KEY } from './keys.ts'
import { openLevelKeyValues } from './level-key-values.ts'
import { Numbers } from './numbers.ts'
import {
  type RecoveryReport,
  readSegmentKeys,
  recoverSegments,
  removeUnknownFiles,
  segmentsAsRecorded,
} from './recovery.ts'
import { storageFailed } from './storage-failed.ts'
import { loadTables } from './tables/disk-tables.ts'

const FORMAT = 1

/** What a data directory is opened with besides its options. */
export interface DataDirectoryServices {
  /** Default: that of the machine. */
  readonly fileSystem?: DataFileSystem | undefined
  /** Default: LevelDB in the given directory. */
  readonly openKeyValues?: ((directory: string) => Promise<KeyValues>) | undefined
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
  const { cacheBytes, directory, fileBytes, sync } = checkDataOptions(data)
  const { fileSystem = nodeFileSystem, logger = silentLogger, openKeyValues = openLevelKeyValues } = services
  const segmentsDirectory = join(directory, 'segments')
  await unlessFailed(directory, () => fileSystem.makeDirectory(segmentsDirectory))
  // First of all, because it has the lock.
  const keyValues = await openKeyValues(join(directory, 'keys'))
  const files = new DataFiles(fileSystem, segmentsDirectory, logger)
  try {
    await checkFormat(keyValues, fileSystem, directory, segmentsDirectory)
    const listeners = new Set<(failure: PravegaError) => void>()
    const commits = new GroupCommit({
      keyValues,
      sync,
      files,
      onCommitted: services.onCommitted,
      onFailure: failure => {
        logger.error('the data could not be written', { directory, error: failure })
        for (const listener of [...listeners]) listener(failure)
      },
    })
    const keys = await readSegmentKeys(keyValues)
    const removedFiles = await unlessFailed(directory, () => removeUnknownFiles(fileSystem, segmentsDirectory, keys))
    const wasClosed = keyValues.get(CLOSED_KEY) !== undefined
    const segments = wasClosed
      ? segmentsAsRecorded(keys)
      : await unlessFailed(directory, () => recoverSegments(fileSystem, segmentsDirectory, keys))
    const tables = await loadTables(keyValues, commits)
    const numbers = await Numbers.open(keyValues, commits, [{ key: CLOSED_KEY, value: undefined }])
    const storage = new DiskSegmentStorage({ pending: commits, tables, numbers, files, fileBytes, cacheBytes })
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
    let ended: Promise<void> | undefined
    const end = async (finish: () => Promise<void>): Promise<void> => {
      try {
        await finish()
      } finally {
        await tables.settled()
        await files.close()
        await keyValues.close()
      }
    }
    return {
      storage,
      state,
      report,
      get cachedBytes() {
        return storage.cachedBytes
      },
      onFailure(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      close() {
        ended ??= end(async () => {
          storage.checkpoint()
          commits.put(CLOSED_KEY, encodeNumber(FORMAT))
          await commits.close()
        })
        return ended
      },
      abandon() {
        ended ??= end(() => commits.abandon())
        return ended
      },
    }
  } catch (error) {
    await files.close()
    await keyValues.close()
    throw error
  }
}

async function checkFormat(
  keyValues: KeyValues,
  fileSystem: DataFileSystem,
  directory: string,
  segmentsDirectory: string,
): Promise<void> {
  const found = keyValues.get(FORMAT_KEY)
  if (found === undefined) {
    // A new directory. What looks like data without keys is not for this server to remove.
    for await (const _ of keyValues.entries(ALL_KEYS)) throw keysMissing(directory)
    const names = await unlessFailed(directory, () => fileSystem.list(segmentsDirectory))
    if (names.length > 0) throw keysMissing(directory)
    await keyValues.write([{ key: FORMAT_KEY, value: encodeNumber(FORMAT) }], true)
    return
  }
  const format = decodeNumber(found)
  if (format <= FORMAT) return
  throw new PravegaError(
    'VERSION_MISMATCH',
    `${directory} was written in format ${format}, this server knows formats up to ${FORMAT}; start a later version of the server on it`,
    { retriable: false, details: { directory, format } },
  )
}

function keysMissing(directory: string): PravegaError {
  return new PravegaError(
    'CORRUPT_STATE',
    `${directory} has data, but not the keys that belong to them; give an empty directory, or put back all of the old one`,
    { details: { directory } },
  )
}

async function unlessFailed<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storageFailed(`the data directory ${directory} cannot be used`, error)
  }
}

function logReport(logger: Logger, directory: string, { cuts, removedFiles, ...counts }: RecoveryReport): void {
  logger.info('data directory opened', { directory, ...counts, cuts: cuts.length, removedFiles: removedFiles.length })
  for (const cut of cuts) {
    if (cut.lost) logger.warn('data that had been written were missing on the disk', { ...cut })
    else logger.info('an unfinished write was cut off', { ...cut })
  }
  for (const file of removedFiles) logger.info('a data file that belonged to nothing was removed', { file })
}
