import { PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { TableEntry } from '@pravega-ts/segment-client'
import { decodeBody, decodeKey } from './entry-format.ts'
import type { Entry } from './table-contents.ts'

/**
 * Reads an entry of a table.
 *
 * @throws PravegaError `CORRUPT_STATE`
 */
export function readEntry(segment: ScopedSegment, { key, value, version }: TableEntry): Entry {
  try {
    return { ...decodeKey(key), body: decodeBody(value), version }
  } catch (cause) {
    const hex = Buffer.from(key).toString('hex')
    throw new PravegaError(
      'CORRUPT_STATE',
      `Table ${segment} has an entry that no table synchronizer has written, at version ${version} with key ${hex}. Give the ` +
        'synchronizer a table of its own, or remove the entry',
      { cause, details: { segment: segment.toString(), key: hex, version } },
    )
  }
}
