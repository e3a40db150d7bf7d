import type { KeyRange } from '../key-values.ts'
import type { TableDisk } from './disk-table.ts'
import { allEntries, allVersions, keyBehind, removalKey } from './table-keys.ts'

/** Keys that are removed with one group. */
const REMOVED_AT_ONCE = 1000

/** Removes what a deleted table had, a part at a time, so that groups stay small. Goes on wherever an earlier one stopped. */
export async function removeTableKeys(disk: TableDisk, table: number): Promise<void> {
  for (const range of [allEntries(table), allVersions(table)]) await removeAll(disk, range)
  disk.pending.remove(removalKey(table))
  await disk.pending.commit()
}

async function removeAll({ keyValues, pending }: TableDisk, range: KeyRange): Promise<void> {
  // What was changed before the table was deleted has to be seen.
  await pending.commit()
  for (let from = range.from; ; ) {
    let removed = 0
    for await (const [key] of keyValues.entries({ from, to: range.to, limit: REMOVED_AT_ONCE })) {
      pending.remove(key)
      from = keyBehind(key)
      removed++
    }
    await pending.commit()
    if (removed < REMOVED_AT_ONCE) return
  }
}
