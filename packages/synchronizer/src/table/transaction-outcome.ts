import { ABSENT, type TableContents } from './table-contents.ts'
import type { Transaction } from './transaction.ts'
import { tells } from './write-history.ts'

/**
 * What became of a transaction whose answer was lost.
 *
 * - `made`: it was written, once.
 * - `notMade`: it was not, and never will be.
 * - `open`: not so far. Its conditions still hold, so it may yet be written, and sending it again cannot write it twice.
 * - `unknown`: what it touched was changed since by somebody who leaves no trace of earlier changes.
 */
export type TransactionOutcome = 'made' | 'notMade' | 'open' | 'unknown'

/**
 * Finds out from newer contents of the table what became of a transaction.
 *
 * The version entry of each outer map names the last transaction of each member: ours stands there if it was made, since we make no
 * other before we know. When that history does not go back far enough (a Rust client, which keeps none, wrote in between; or too many
 * members did), entries that are as they were before still tell that it was not made.
 */
export function outcomeOf({ entries, id }: Transaction, now: TableContents): TransactionOutcome {
  const versions = entries.filter(entry => entry.inner === undefined)
  for (const { outer, base } of versions) {
    const { version, history } = now.outerMap(outer)
    const wasMade = version === base ? undefined : tells(history, id, base)
    if (wasMade !== undefined) return wasMade ? 'made' : 'notMade'
  }
  const unchanged = versions.filter(entry => now.versionOf(entry) === entry.base)
  if (unchanged.length > 0) {
    const holds = entries.every(entry => now.versionOf(entry) === entry.base)
    return holds ? 'open' : 'notMade'
  }
  // What was absent before and is now may have been put, removed and purged in between.
  return entries.some(entry => entry.base !== ABSENT && now.versionOf(entry) === entry.base) ? 'notMade' : 'unknown'
}
