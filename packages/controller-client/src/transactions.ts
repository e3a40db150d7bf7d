import { type CallOptions, type ScopedStream, validateWriterId } from '@pravega-ts/model'
import { checkInt64, checkLease, checkUuid } from './arguments.ts'
import type { Calls } from './calls.ts'
import { ControllerService } from './generated/index.ts'
import { type SegmentWithRange, segmentsOf, streamInfo, transactionIdOf, transactionIdTo } from './messages.ts'
import { settle } from './outcomes/statuses.ts'

/** A new transaction. */
export interface OpenTransaction {
  /** Canonical UUID. Not random: ids count upwards across the cluster. */
  readonly id: string
  /** The transaction's own segments, by ascending range. Their epoch may be older than that of the stream. */
  readonly segments: readonly SegmentWithRange[]
  /** Empty when the cluster runs without authorization. */
  readonly delegationToken: string
}

export type TransactionState = 'open' | 'committing' | 'committed' | 'aborting' | 'aborted'

export interface CommitOptions extends CallOptions {
  /** Also notes `timestampMs` for this writer, for watermarks. Default: none. */
  readonly writerId?: string | undefined
  /** Time of the last event, any unit that grows. Only with `writerId`. Default: no time. */
  readonly timestamp?: number | bigint | undefined
}

/** Transactions. */
export interface TransactionCalls {
  /**
   * Opens a transaction. One whose answer was lost is left to its lease.
   *
   * @param leaseMs - Milliseconds until it is aborted unless it is pinged: 10000 to 600000.
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `INVALID_ARGUMENT`
   */
  createTransaction(stream: ScopedStream, leaseMs: number, options?: CallOptions): Promise<OpenTransaction>
  /**
   * Lets the lease run anew from now.
   *
   * @param leaseMs - 1 to 600000.
   * @returns `'committed'` and `'aborted'` as soon as those have begun
   * @throws PravegaError `TRANSACTION_NOT_FOUND`; `LEASE_REFUSED` when it would live longer than a transaction may
   */
  pingTransaction(
    stream: ScopedStream,
    transactionId: string,
    leaseMs: number,
    options?: CallOptions,
  ): Promise<'open' | 'committed' | 'aborted'>
  /**
   * Commits. Done means that it WILL be committed; its events can be read once the state is `committed`. Twice is fine.
   *
   * @throws PravegaError `TRANSACTION_FAILED` when it is aborted, expired or unknown
   */
  commitTransaction(stream: ScopedStream, transactionId: string, options?: CommitOptions): Promise<void>
  /**
   * Aborts. Twice is fine.
   *
   * @throws PravegaError `TRANSACTION_FAILED` when it is committed or unknown
   */
  abortTransaction(stream: ScopedStream, transactionId: string, options?: CallOptions): Promise<void>
  /** @throws PravegaError `TRANSACTION_NOT_FOUND`, also when it ended more than a day ago */
  checkTransactionState(stream: ScopedStream, transactionId: string, options?: CallOptions): Promise<TransactionState>
  /**
   * The newest transactions that have ended, at most 500. Since Pravega 0.12. Pravega 0.13 answers with none as soon as
   * another stream has transactions that have ended: do not depend on it.
   */
  listCompletedTransactions(stream: ScopedStream, options?: CallOptions): Promise<readonly CompletedTransaction[]>
}

export interface CompletedTransaction {
  readonly id: string
  readonly outcome: 'committed' | 'aborted'
}

/** How clients say that a commit has no time. */
const NO_TIMESTAMP = -(2n ** 63n)

const service = ControllerService.method

export function transactionCalls(calls: Calls): TransactionCalls {
  const named = (stream: ScopedStream, id: string) => ({
    subject: `transaction ${id} of ${stream}`,
    request: { streamInfo: streamInfo(stream), txnId: transactionIdTo(checkUuid('transaction id', id)) },
  })
  return {
    async createTransaction(stream, leaseMs, options) {
      const request = { streamInfo: streamInfo(stream), lease: checkLease(leaseMs) }
      const answer = await calls.send(service.createTransaction, String(stream), request, options)
      const id = transactionIdOf(answer.txnId)
      return { id, segments: segmentsOf(answer.activeSegments, id), delegationToken: answer.delegationToken }
    },
    async pingTransaction(stream, transactionId, leaseMs, options) {
      const { subject, request } = named(stream, transactionId)
      const lease = checkLease(leaseMs, 1)
      const { status } = await calls.send(service.pingTransaction, subject, { ...request, lease }, options)
      return settle('pingTransaction', status, subject)
    },
    async commitTransaction(stream, transactionId, options = {}) {
      const { subject, request } = named(stream, transactionId)
      const { writerId, timestamp } = options
      const note =
        writerId === undefined
          ? {}
          : {
              writerId: validateWriterId(writerId),
              timestamp: timestamp === undefined ? NO_TIMESTAMP : checkInt64('timestamp', timestamp, NO_TIMESTAMP),
            }
      const { status } = await calls.send(service.commitTransaction, subject, { ...request, ...note }, options)
      return settle('commitTransaction', status, subject)
    },
    async abortTransaction(stream, transactionId, options) {
      const { subject, request } = named(stream, transactionId)
      const { status } = await calls.send(service.abortTransaction, subject, request, options)
      return settle('abortTransaction', status, subject)
    },
    async checkTransactionState(stream, transactionId, options) {
      const { subject, request } = named(stream, transactionId)
      const { state } = await calls.send(service.checkTransactionState, subject, request, options)
      return settle('checkTransactionState', state, subject)
    },
    async listCompletedTransactions(stream, options) {
      const request = { streamInfo: streamInfo(stream) }
      const { response } = await calls.send(service.listCompletedTransactions, String(stream), request, options)
      return response.map(({ txnId, status }) => ({
        id: transactionIdOf(txnId),
        outcome: settle('listCompletedTransactions', status, String(stream)),
      }))
    },
  }
}
