import type { Logger } from '@pravega-ts/config'

/** A tail of a segment that was cut off when a data directory was opened. */
export interface RecoveryCut {
  readonly segment: string
  /** Path of the file. */
  readonly file: string
  /** Bytes that were taken off the file. */
  readonly bytes: number
  /**
   * True when bytes were missing that had been written before the keys that tell of them: a power cut under a sync policy other than
   * `always`, or a disk that did not keep what it had promised to.
   */
  readonly lost: boolean
}

/** What opening a data directory found and did. */
export interface RecoveryReport {
  readonly durationMs: number
  /** Stream segments. */
  readonly segments: number
  readonly tables: number
  /** Bytes of data files that were looked through, because the server did not end by closing. */
  readonly scannedBytes: number
  /** What a write that was under way left behind, or a merge that was. Nothing in there was acknowledged, unless `lost` says so. */
  readonly cuts: readonly RecoveryCut[]
  /** Paths of data files that belonged to nothing and were removed. */
  readonly removedFiles: readonly string[]
}

/** One line for all, and one for each thing that was done. */
export function logReport(logger: Logger, directory: string, { cuts, removedFiles, ...counts }: RecoveryReport): void {
  logger.info('data directory opened', { directory, ...counts, cuts: cuts.length, removedFiles: removedFiles.length })
  for (const cut of cuts) {
    if (cut.lost) logger.warn('data that had been written were missing on the disk', { ...cut })
    else logger.info('an unfinished write was cut off', { ...cut })
  }
  for (const file of removedFiles) logger.info('a data file that belonged to nothing was removed', { file })
}
