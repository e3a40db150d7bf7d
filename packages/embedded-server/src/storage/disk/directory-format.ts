import { dirname, resolve } from 'node:path'
import { PravegaError } from '@pravega-ts/model'
import type { DataFileSystem } from './files/data-file-system.ts'
import type { KeyValues } from './key-values.ts'
import { ALL_KEYS, decodeNumber, encodeNumber, FORMAT_KEY } from './keys.ts'

const FORMAT = 1

/** The parts of a data directory. */
export interface DirectoryLayout {
  readonly directory: string
  readonly segments: string
}

/**
 * Sees to it that a directory is one that this server knows; one that is new becomes one.
 * @throws PravegaError `VERSION_MISMATCH` when a later version wrote it; `CORRUPT_STATE` when there are data, but not their keys
 */
export async function checkFormat(
  keyValues: KeyValues,
  fileSystem: DataFileSystem,
  { directory, segments }: DirectoryLayout,
): Promise<void> {
  const found = keyValues.get(FORMAT_KEY)
  if (found === undefined) {
    // What looks like data without keys is not for this server to remove.
    for await (const _ of keyValues.entries({ ...ALL_KEYS, limit: 1 })) throw keysMissing(directory)
    if ((await fileSystem.list(segments)).length > 0) throw keysMissing(directory)
    await keyValues.write([{ key: FORMAT_KEY, value: encodeNumber(FORMAT) }], true)
    await fileSystem.syncDirectory(directory)
    // Where this process may not look is not its to keep.
    await fileSystem.syncDirectory(dirname(resolve(directory))).catch(() => {})
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
