import type { TransactionId, WriteHistory } from './entry-format.ts'

/** How many members a history names at most. */
const MEMBERS_NAMED = 8

/** The history after a transaction has replaced a version of the map; -1: there was none. */
export function withWrite(before: WriteHistory, id: TransactionId, base: bigint): WriteHistory {
  const others = before.writes.filter(({ member }) => member !== id.member)
  const writes = [...others, { ...id, base }]
  const since = before.since ?? base
  if (writes.length <= MEMBERS_NAMED) return { writes, since }
  // Of what the forgotten member has replaced nothing is known any more.
  const [forgotten, ...named] = writes
  const after = forgotten === undefined ? since : forgotten.base + 1n
  return { writes: named, since: after > since ? after : since }
}

/**
 * Whether a transaction on this base is in the history: it is not when its member is named with an earlier one, or would be named.
 * undefined: the history does not tell.
 */
export function tells({ writes, since }: WriteHistory, id: TransactionId, base: bigint): boolean | undefined {
  const last = writes.find(({ member }) => member === id.member)
  if (last !== undefined) return last.sequence === id.sequence
  return since !== undefined && since <= base ? false : undefined
}
