import { ABSENT, type TableContents } from './table-contents.ts'
import type { Transaction } from './transaction.ts'

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
 * Each version of an outer map is replaced by one transaction only. The version entry names the last ones with the version that each
 * replaced: whose mark stands at ours tells. When the list does not go back that far (a Rust client, which keeps none, wrote in
 * between; or too many did), entries that are as they were before still tell that it was not made.
 */
export function outcomeOf({ entries, mark }: Transaction, now: TableContents): TransactionOutcome {
  const versions = entries.filter(entry => entry.inner === undefined)
  for (const { outer, base } of versions) {
    const replacement = now.outerMap(outer).writes.find(write => write.base === base)
    if (replacement !== undefined) return replacement.mark === mark ? 'made' : 'notMade'
  }
  const unchanged = versions.filter(entry => now.versionOf(entry) === entry.base)
  if (unchanged.length > 0) {
    const holds = entries.every(entry => now.versionOf(entry) === entry.base)
    return holds ? 'open' : 'notMade'
  }
  // What was absent before and is now may have been put, removed and purged in between.
  return entries.some(entry => entry.base !== ABSENT && now.versionOf(entry) === entry.base) ? 'notMade' : 'unknown'
}
