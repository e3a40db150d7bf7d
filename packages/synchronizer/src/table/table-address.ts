import { keyValueTableSegmentOwner, ScopedSegment } from '@pravega-ts/model'

/**
 * A table segment, by itself or by the name of the table: that means `scope/<name>_kvtable/0.#epoch.0`, where the Rust client keeps
 * its tables, and where partition 0 of a Java key-value table of this name is.
 */
export type TableAddress = ScopedSegment | { readonly scope: string; readonly name: string }

/**
 * The segment that an address means.
 *
 * @throws PravegaError `INVALID_ARGUMENT` for a name that no table can have
 */
export function tableSegment(address: TableAddress): ScopedSegment {
  if (!('name' in address)) return address
  return ScopedSegment.of(address.scope, keyValueTableSegmentOwner(address.name), 0, 0)
}
