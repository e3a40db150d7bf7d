import { type CallOptions, Deadline } from '@pravega-ts/model'
import { CALL_TIMEOUT_MS } from '../defaults.ts'
import type { SynchronizerStore } from '../synchronizer-store.ts'
import { ensureTable } from './ensure-table.ts'
import { SegmentTable } from './segment-table.ts'
import type { Table, TableOptions } from './table.ts'
import { type TableAddress, tableSegment } from './table-address.ts'

/**
 * Opens a table, made if there is none. When one of this name was deleted a short while ago, a server of release 0.13 lets it be made again
 * after a quiet minute only; that is waited for.
 *
 * @throws PravegaError `INVALID_ARGUMENT` for a name that no table can have, `UNAVAILABLE` when the time of the call is too short for
 * that wait
 */
export async function openTable<K, V>(
  store: Pick<SynchronizerStore, 'table'>,
  address: TableAddress,
  options: TableOptions<K, V>,
  call?: CallOptions,
): Promise<Table<K, V>> {
  const { create = true, callTimeoutMs = CALL_TIMEOUT_MS } = options
  const table = store.table(tableSegment(address))
  using deadline = new Deadline(`opening table ${table.segment}`, call, callTimeoutMs)
  if (create) await ensureTable(table, deadline)
  return new SegmentTable(table, options, callTimeoutMs)
}

/**
 * Deletes a table with all that is in it. Resolves to false if there was none. See {@link openTable} for making it again.
 */
export async function deleteTable(
  store: Pick<SynchronizerStore, 'table'>,
  address: TableAddress,
  call?: CallOptions,
): Promise<boolean> {
  return await store.table(tableSegment(address)).delete(call)
}
