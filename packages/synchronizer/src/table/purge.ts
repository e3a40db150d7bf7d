import { type Deadline, PravegaError } from '@pravega-ts/model'
import type { TableSegment } from '@pravega-ts/segment-client'
import { commit } from './commit.ts'
import { encodeKey, type TransactionId } from './entry-format.ts'
import { delayAfter } from './retry-delay.ts'
import type { TableFollower } from './table-follower.ts'
import { prepareNotice } from './transaction.ts'

const KEYS_AT_ONCE = 200

/**
 * Removes tombstones physically. Resolves to how many.
 *
 * The version entries of their outer maps say so before: removals do not show among changes, so a member that had not seen
 * the tombstones must know that it has to read everything.
 */
export async function purgeTombstones(
  table: TableSegment,
  follower: TableFollower,
  newId: () => TransactionId,
  deadline: Deadline,
): Promise<number> {
  let removed = 0
  for (let refusals = 0; ; refusals++) {
    await deadline.pause(delayAfter(refusals))
    if (refusals === 0) await follower.refresh(deadline)
    // Only a look at everything shows which tombstones others have removed.
    else await follower.load(deadline)
    const tombstones = follower.contents.tombstones().slice(0, KEYS_AT_ONCE)
    if (tombstones.length === 0) return removed
    const outers = new Set(tombstones.map(({ outer }) => outer))
    const notice = prepareNotice(follower.contents, outers, follower.position, newId())
    if (!(await commit(table, follower, notice, deadline))) continue
    try {
      const keys = tombstones.map(({ outer, inner, version }) => ({ key: encodeKey({ outer, inner }), version }))
      await table.remove(keys, deadline.rest())
    } catch (error) {
      if (wasChanged(error)) continue
      throw error
    }
    follower.forget(tombstones)
    removed += tombstones.length
    refusals = -1
  }
}

/** Whether what was to be removed has changed, or may be gone already. */
function wasChanged(error: unknown): boolean {
  if (PravegaError.is(error, 'TABLE_KEY_BAD_VERSION', 'TABLE_KEY_NOT_FOUND')) return true
  return PravegaError.is(error, 'CONNECTION_LOST') && error.details['outcome'] === 'unknown'
}
