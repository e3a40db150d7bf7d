import { PravegaError } from '@pravega-ts/model'
import type { ControllerState } from './controller/index.ts'
import type { EmbeddedServerOptions } from './embedded-server-options.ts'
import type { DataDirectoryServices } from './storage/disk/data-directory.ts'
import type { RecoveryReport } from './storage/disk/recovery-report.ts'
import { MemorySegmentStorage } from './storage/memory-segment-storage.ts'
import type { SegmentStorage } from './storage/segment-storage.ts'

/** What a server keeps: through a restart of it, and with a directory through that of the process. */
export interface KeptData {
  readonly storage: SegmentStorage
  readonly state: ControllerState
  /** Undefined in memory. */
  readonly recovery: RecoveryReport | undefined
  /** Bytes of segments that are in memory beside the disk; undefined in memory. */
  readonly cachedBytes: number | undefined
  /** Calls `listener` when a write has failed: nothing is kept from then on. */
  onFailure(listener: (failure: PravegaError) => void): void
  close(): Promise<void>
  /** Lets go without writing anything more, as a killed process does. */
  abandon(): Promise<void>
}

/**
 * Opens what the options name.
 * @throws PravegaError `INVALID_ARGUMENT` for options that do not go together; otherwise as `openDataDirectory`.
 */
export async function openKeptData(
  { data, logger, storage }: EmbeddedServerOptions,
  services: DataDirectoryServices = {},
): Promise<KeptData> {
  if (data === undefined) {
    const { MemoryControllerState } = await import('./controller/index.ts')
    const segments = storage ?? new MemorySegmentStorage()
    return {
      storage: segments,
      state: new MemoryControllerState(),
      recovery: undefined,
      cachedBytes: undefined,
      onFailure: () => {},
      close: () => segments.close(),
      abandon: () => segments.close(),
    }
  }
  if (storage !== undefined) {
    throw new PravegaError(
      'INVALID_ARGUMENT',
      'data and storage were both given; give data for a directory, or a storage of your own',
    )
  }
  const { openDataDirectory } = await import('./storage/disk/data-directory.ts')
  const directory = await openDataDirectory(data, { logger, ...services })
  return {
    storage: directory.storage,
    state: directory.state,
    recovery: directory.report,
    get cachedBytes() {
      return directory.cachedBytes
    },
    onFailure: listener => void directory.onFailure(listener),
    close: () => directory.close(),
    abandon: () => directory.abandon(),
  }
}
