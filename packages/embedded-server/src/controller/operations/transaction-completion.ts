import type { CompletedTransaction } from '../state/records.ts'
import { type ControllerContext, streamKey } from './context.ts'

/** How long the outcome of a transaction is remembered: as long as Pravega remembers it. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000

/** How many outcomes of one stream are remembered at most. */
const REMEMBERED_PER_STREAM = 10_000

/** Outcomes are dropped once in so many, as that means walking through all of them. */
const FORGET_EVERY = 100

/** Moves a transaction from the unfinished to the finished ones. */
export function completeTransaction(
  context: ControllerContext,
  scope: string,
  stream: string,
  id: string,
  outcome: CompletedTransaction['outcome'],
): void {
  const { state, clock, leases } = context
  const key = streamKey(scope, stream)
  leases.disarm(`${key}/${id}`)
  state.transactions.delete(key, id)
  state.completedTransactions.set(key, id, { outcome, completedAt: clock.now() })
  if (state.completedTransactions.count(key) % FORGET_EVERY === 0) forgetOldTransactions(context, key)
  context.forgetting.run(() => forgetOutcomes(context))
}

/** Drops what is not remembered any more, of streams that are gone, too: nobody else would look at that. */
export function forgetOutcomes(context: ControllerContext): void {
  for (const parent of context.state.completedTransactions.parents()) forgetOldTransactions(context, parent)
}

/** Finished transactions of a stream that are still remembered, oldest first. */
export function completedTransactions(
  { state, clock }: ControllerContext,
  key: string,
): readonly (readonly [id: string, transaction: CompletedTransaction])[] {
  const oldest = clock.now() - REMEMBERED_MS
  return state.completedTransactions.list(key).filter(([, { completedAt }]) => completedAt >= oldest)
}

export function outcomeOf(
  { state, clock }: ControllerContext,
  key: string,
  id: string,
): CompletedTransaction['outcome'] | undefined {
  const completed = state.completedTransactions.get(key, id)
  return completed === undefined || completed.completedAt < clock.now() - REMEMBERED_MS ? undefined : completed.outcome
}

function forgetOldTransactions(context: ControllerContext, key: string): void {
  const kept = new Set(
    completedTransactions(context, key)
      .slice(-REMEMBERED_PER_STREAM)
      .map(([id]) => id),
  )
  for (const [id] of context.state.completedTransactions.list(key)) {
    if (!kept.has(id)) context.state.completedTransactions.delete(key, id)
  }
}
