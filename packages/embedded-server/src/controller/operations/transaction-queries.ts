import { type ControllerContext, findStream, streamKey } from './context.ts'
import { completedTransactions, outcomeOf } from './transaction-completion.ts'

export type TransactionState = 'UNKNOWN' | 'OPEN' | 'COMMITTING' | 'COMMITTED' | 'ABORTING' | 'ABORTED'

const LISTED_TRANSACTIONS = 500

/** Answers for deleted streams too, as long as the transaction is remembered. */
export function checkTransactionState(
  context: ControllerContext,
  scope: string,
  stream: string,
  id: string,
): TransactionState {
  const key = streamKey(scope, stream)
  const transaction = context.state.transactions.get(key, id)
  switch (transaction?.state ?? outcomeOf(context, key, id)) {
    case 'open':
      return 'OPEN'
    case 'committing':
      return 'COMMITTING'
    case 'aborting':
      return 'ABORTING'
    case 'committed':
      return 'COMMITTED'
    case 'aborted':
      return 'ABORTED'
    case undefined:
      return 'UNKNOWN'
  }
}

/** The newest finished transactions of a stream, oldest first; none for an unknown stream. */
export function listCompletedTransactions(
  context: ControllerContext,
  scope: string,
  stream: string,
): readonly { readonly id: string; readonly status: 'COMMITTED' | 'ABORTED' }[] {
  if (findStream(context, scope, stream) === undefined) return []
  return completedTransactions(context, streamKey(scope, stream))
    .slice(-LISTED_TRANSACTIONS)
    .map(([id, { outcome }]) => ({ id, status: outcome === 'committed' ? 'COMMITTED' : 'ABORTED' }))
}
