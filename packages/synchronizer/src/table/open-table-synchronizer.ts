import { type CallOptions, Deadline } from '@pravega-ts/model'
import { CALL_TIMEOUT_MS } from '../defaults.ts'
import type { SynchronizerStore } from '../synchronizer-store.ts'
import { ensureTable } from './ensure-table.ts'
import { SegmentTableSynchronizer } from './segment-table-synchronizer.ts'
import { type TableAddress, tableSegment } from './table-address.ts'
import { TableFollower } from './table-follower.ts'
import type { TableSynchronizer, TableSynchronizerOptions } from './table-synchronizer.ts'

const DELTA_TIMEOUT_MS = 5000

/**
 * Opens a synchronizer on a table, made if there is none (see {@link openTable}), and loads it.
 *
 * @throws PravegaError `INVALID_ARGUMENT`, `UNAVAILABLE` as `openTable`, `NO_SUCH_SEGMENT` (with `create: false`), `CORRUPT_STATE` for a table of another kind
 */
export async function openTableSynchronizer(
  store: Pick<SynchronizerStore, 'table'>,
  address: TableAddress,
  options: TableSynchronizerOptions = {},
  call?: CallOptions,
): Promise<TableSynchronizer> {
  const { create = true, callTimeoutMs = CALL_TIMEOUT_MS, deltaTimeoutMs = DELTA_TIMEOUT_MS } = options
  const table = store.table(tableSegment(address))
  using deadline = new Deadline(`opening table ${table.segment}`, call, callTimeoutMs)
  if (create) await ensureTable(table, deadline)
  const follower = new TableFollower(table, deltaTimeoutMs)
  await follower.load(deadline)
  return new SegmentTableSynchronizer(table, follower, callTimeoutMs)
}
