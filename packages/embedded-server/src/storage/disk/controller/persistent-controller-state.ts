import type { ControllerState } from '../../../controller/state/controller-state.ts'
import type { KeyValues } from '../key-values.ts'
import type { PendingChanges } from '../pending-changes.ts'
import { CONTROLLER_TABLES, type TableLayout } from './controller-records.ts'
import { PersistentRecordTable } from './persistent-record-table.ts'
import {
  ALL_CONTROLLER_RECORDS,
  decodeRecord,
  decodeRecordKey,
  laterFormat,
  type RecordNames,
  type SequencedRecord,
} from './record-codec.ts'

interface KeptRecord<R = unknown> extends RecordNames, SequencedRecord<R> {}

/**
 * Everything the controller knew. It is in memory; what is set goes to the pending changes, in order.
 * @throws PravegaError `STORAGE_FAILED` when it cannot be read; `CORRUPT_STATE` when it makes no sense; `VERSION_MISMATCH` when a later version of this server wrote it.
 */
export async function openPersistentControllerState(
  keyValues: KeyValues,
  pending: PendingChanges,
): Promise<ControllerState> {
  const kept: KeptRecord[] = []
  for await (const [key, value] of keyValues.entries(ALL_CONTROLLER_RECORDS)) {
    const names = decodeRecordKey(key)
    kept.push({ ...names, ...decodeRecord(layoutOf(names).kind, names, value) })
  }
  kept.sort((a, b) => a.sequence - b.sequence)
  let lastSequence = kept.at(-1)?.sequence ?? 0
  const nextSequence = (): number => {
    lastSequence += 1
    return lastSequence
  }
  const byTable = Map.groupBy(kept, ({ table }) => table)
  const tableOf = <R>(layout: TableLayout<R>): PersistentRecordTable<R> => {
    const table = new PersistentRecordTable(layout, pending, nextSequence)
    const records = (byTable.get(layout.id) ?? []) as readonly KeptRecord<R>[]
    for (const { parent, name, record, sequence } of records) table.load(parent, name, { record, sequence })
    return table
  }
  return {
    scopes: tableOf(CONTROLLER_TABLES.scopes),
    streams: tableOf(CONTROLLER_TABLES.streams),
    readerGroups: tableOf(CONTROLLER_TABLES.readerGroups),
    tables: tableOf(CONTROLLER_TABLES.tables),
    lastSegmentNumbers: tableOf(CONTROLLER_TABLES.lastSegmentNumbers),
    recordedCuts: tableOf(CONTROLLER_TABLES.recordedCuts),
    watermarks: tableOf(CONTROLLER_TABLES.watermarks),
    transactions: tableOf(CONTROLLER_TABLES.transactions),
    completedTransactions: tableOf(CONTROLLER_TABLES.completedTransactions),
    writers: tableOf(CONTROLLER_TABLES.writers),
    subscribers: tableOf(CONTROLLER_TABLES.subscribers),
    counters: tableOf(CONTROLLER_TABLES.counters),
    settled: async () => {
      await pending.commit()
    },
  }
}

function layoutOf({ table }: RecordNames): TableLayout<unknown> {
  const layout = Object.values(CONTROLLER_TABLES).find(({ id }) => id === table)
  if (layout === undefined) throw laterFormat(`the controller's records have a table ${table}`)
  return layout as TableLayout<unknown>
}
