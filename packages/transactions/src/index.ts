export {
  DIAGNOSTICS,
  type PingMessage,
  type TransactionStateMessage,
  type TransactionWaitMessage,
} from './diagnostics.ts'
export { openTransactionalEventWriter } from './open-transactional-event-writer.ts'
export type {
  CommitTransactionOptions,
  Transaction,
  TransactionStateTag,
  TransactionStatus,
} from './transaction.ts'
export type { TransactionController, TransactionStore } from './transaction-store.ts'
export type {
  BeginOptions,
  TransactionalEventWriter,
  TransactionalEventWriterOptions,
} from './transactional-event-writer.ts'
