import { PravegaError } from '@pravega-ts/model'

/**
 * When what was acknowledged is on the disk: before that (`always`); within so many milliseconds; or when the operating system sees fit
 * (`never`). Of the last two, what a killed process has acknowledged is kept, what a power cut hits may be lost.
 */
export type SyncPolicy = 'always' | 'never' | { readonly everyMs: number }

/** Where a server keeps its data, and how. */
export interface DataOptions {
  /** Made if it is not there. One server at a time uses it. */
  readonly directory: string
  /** Default `always`. */
  readonly sync?: SyncPolicy | undefined
  /** Size in bytes at which a segment goes on in another file; truncation frees whole files. At least 65,536. Default 64 MiB. */
  readonly fileBytes?: number | undefined
  /** Memory in bytes for the newest data of all segments. Default 32 MiB. */
  readonly cacheBytes?: number | undefined
}

export const DEFAULT_FILE_BYTES: number = 64 * 1024 * 1024
export const DEFAULT_CACHE_BYTES: number = 32 * 1024 * 1024
const LEAST_FILE_BYTES = 65_536
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface CheckedDataOptions {
  readonly directory: string
  readonly sync: SyncPolicy
  readonly fileBytes: number
  readonly cacheBytes: number
}

/** @throws PravegaError `INVALID_ARGUMENT` for a value that is not possible. */
export function checkDataOptions(data: string | DataOptions): CheckedDataOptions {
  const options = typeof data === 'string' ? { directory: data } : data
  const { directory, sync = 'always', fileBytes = DEFAULT_FILE_BYTES, cacheBytes = DEFAULT_CACHE_BYTES } = options
  if (typeof directory !== 'string' || directory === '')
    throw refused('directory', directory, 'give the path of a directory')
  if (sync !== 'always' && sync !== 'never') {
    const everyMs = typeof sync === 'object' && sync !== null ? sync.everyMs : undefined
    if (typeof everyMs !== 'number' || !(everyMs >= 1 && everyMs <= LONGEST_TIMER_MS)) {
      throw refused('sync', sync, `give 'always', 'never', or { everyMs } with 1 to ${LONGEST_TIMER_MS} milliseconds`)
    }
  }
  if (!Number.isSafeInteger(fileBytes) || fileBytes < LEAST_FILE_BYTES) {
    throw refused('fileBytes', fileBytes, `give a whole number of bytes from ${LEAST_FILE_BYTES} on`)
  }
  if (!Number.isSafeInteger(cacheBytes) || cacheBytes < 0) {
    throw refused('cacheBytes', cacheBytes, 'give a whole number of bytes from 0 on')
  }
  return { directory, sync, fileBytes, cacheBytes }
}

function refused(name: string, value: unknown, rule: string): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', `data.${name} is ${JSON.stringify(value)}; ${rule}`)
}
