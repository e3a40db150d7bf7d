import { makeSegmentId } from '@pravega-ts/model'
import { LOG_LINES } from '../../observability/log-lines.ts'
import { activeEpoch } from '../domain/epochs.ts'
import type { SegmentRecord } from '../domain/stream-record.ts'
import { transactionId } from '../domain/transaction-id.ts'
import type { TransactionRecord } from '../state/records.ts'
import { commitTransactions, transactionSegmentNumbers, transactionSegments } from './commit.ts'
import { type ControllerContext, existingStream, findStream, inBackground, nextCount, streamKey } from './context.ts'
import { onStream } from './pending-work.ts'
import { badArgument, notFound, Refusal, unknown } from './refusal.ts'
import { completeTransaction, outcomeOf } from './transaction-completion.ts'
import { checkTransactionState } from './transaction-queries.ts'

export interface NewTransaction {
  /** Canonical UUID. */
  readonly id: string
  /** The active segments, with the epoch of the transaction in their ids. */
  readonly segments: readonly SegmentRecord[]
}

export type PingResult = 'OK' | 'LEASE_TOO_LARGE' | 'MAX_EXECUTION_TIME_EXCEEDED' | 'COMMITTED' | 'ABORTED' | 'UNKNOWN'

const ONE_DAY_MS = 24 * 60 * 60 * 1000
/** No ping prolongs a transaction beyond so many times its first lease, or one day. */
const MOST_LEASES = 1000
/** What a client sends as the time of a commit when the application gave none. */
const NO_TIME = -(2n ** 63n)

/**
 * Opens a transaction: its segments are there when this answers, and it is aborted when the lease runs out.
 *
 * @param leaseMs - Milliseconds.
 * @throws Refusal `UNKNOWN` for a lease out of bounds, `NOT_FOUND` for an unknown stream, `INTERNAL` for a sealed one
 */
export async function createTransaction(
  context: ControllerContext,
  scope: string,
  stream: string,
  leaseMs: number,
): Promise<NewTransaction> {
  if (scope === '' || stream === '') throw badArgument()
  existingStream(context, scope, stream)
  const { minimumMs, maximumMs } = context.leaseLimits
  if (leaseMs < minimumMs) throw unknown('lease should be greater than minimum lease')
  if (leaseMs > maximumMs) throw unknown(`lease value too large, max value is ${maximumMs}`)
  return onStream(context, scope, stream, async record => {
    if (record === undefined) throw notFound(`Stream ${streamKey(scope, stream)}`)
    if (record.sealed) throw new Refusal('INTERNAL', `Stream: ${stream} State: SEALED`)
    const active = activeEpoch(record)
    const id = transactionId(active.referenceEpoch, nextCount(context, 'transactions'))
    const segments = transactionSegmentNumbers(record)
    const now = context.clock.now()
    const latestExpiry = now + Math.min(MOST_LEASES * leaseMs, ONE_DAY_MS)
    store(context, scope, stream, {
      id,
      state: 'open',
      segments,
      expiresAt: now + leaseMs,
      latestExpiry,
      commitOrder: 0,
    })
    // Whatever becomes of this, the lease ends it.
    const { rolloverSizeBytes } = record.settings
    const names = transactionSegments(record, { id, segments })
    await Promise.all(names.map(name => context.engine.createSegment(name, { rolloverSizeBytes })))
    return {
      id,
      segments: active.segments.map(({ low, high }, i) => {
        return { id: makeSegmentId(segments[i] ?? 0, active.referenceEpoch), low, high }
      }),
    }
  })
}

/** Sets the expiry of an open transaction to so many milliseconds from now; 0 and less end it at once. */
export function pingTransaction(
  context: ControllerContext,
  scope: string,
  stream: string,
  id: string,
  leaseMs: number,
): PingResult {
  const state = findStream(context, scope, stream) && checkTransactionState(context, scope, stream, id)
  if (state === 'COMMITTING' || state === 'COMMITTED') return 'COMMITTED'
  if (state === 'ABORTING' || state === 'ABORTED') return 'ABORTED'
  const transaction = context.state.transactions.get(streamKey(scope, stream), id)
  if (state !== 'OPEN' || transaction === undefined) return 'UNKNOWN'
  if (leaseMs > context.leaseLimits.maximumMs) return 'LEASE_TOO_LARGE'
  const expiresAt = context.clock.now() + leaseMs
  if (expiresAt > transaction.latestExpiry) return 'MAX_EXECUTION_TIME_EXCEEDED'
  store(context, scope, stream, { ...transaction, expiresAt })
  return 'OK'
}

/** Decides that a transaction is committed. Its events are in the stream once its state is COMMITTED. */
export function commitTransaction(
  context: ControllerContext,
  scope: string,
  stream: string,
  id: string,
  mark: { readonly writer: string; readonly timestamp: bigint },
): 'SUCCESS' | 'FAILURE' {
  if (findStream(context, scope, stream) === undefined) return 'FAILURE'
  const key = streamKey(scope, stream)
  const transaction = context.state.transactions.get(key, id)
  if (transaction === undefined) return outcomeOf(context, key, id) === 'committed' ? 'SUCCESS' : 'FAILURE'
  if (transaction.state === 'aborting') return 'FAILURE'
  if (transaction.state === 'open') {
    context.leases.disarm(`${key}/${id}`)
    const noted = mark.writer === '' || mark.timestamp === NO_TIME ? {} : { mark }
    const commitOrder = Number(nextCount(context, 'commits'))
    context.state.transactions.set(key, id, { ...transaction, ...noted, state: 'committing', commitOrder })
  }
  inBackground(context, `Committing transaction ${id} of ${key}`, commitStream(context, scope, stream))
  return 'SUCCESS'
}

/** Aborts a transaction and deletes its segments. */
export async function abortTransaction(
  context: ControllerContext,
  scope: string,
  stream: string,
  id: string,
): Promise<'SUCCESS' | 'FAILURE'> {
  const key = streamKey(scope, stream)
  const transaction = context.state.transactions.get(key, id)
  if (transaction === undefined) return outcomeOf(context, key, id) === 'aborted' ? 'SUCCESS' : 'FAILURE'
  if (transaction.state === 'committing') return 'FAILURE'
  context.leases.disarm(`${key}/${id}`)
  context.state.transactions.set(key, id, { ...transaction, state: 'aborting' })
  await onStream(context, scope, stream, () => discardAborted(context, scope, stream))
  return 'SUCCESS'
}

/** Aborts every open transaction of a stream. Runs inside the stream's queue. */
export async function abortOpenTransactions(context: ControllerContext, scope: string, stream: string): Promise<void> {
  const key = streamKey(scope, stream)
  for (const [id, transaction] of context.state.transactions.list(key)) {
    if (transaction.state === 'open') context.state.transactions.set(key, id, { ...transaction, state: 'aborting' })
  }
  await discardAborted(context, scope, stream)
}

/** Takes up what a stopped server left: timers of open transactions, commits and aborts that were decided. */
export function resumeTransactions(context: ControllerContext, scope: string, stream: string): void {
  const key = streamKey(scope, stream)
  for (const [id, transaction] of context.state.transactions.list(key)) {
    if (transaction.state === 'open') store(context, scope, stream, transaction)
    if (transaction.state === 'committing') {
      inBackground(context, `Committing transaction ${id} of ${key}`, commitStream(context, scope, stream))
    }
    if (transaction.state === 'aborting') {
      inBackground(context, `Aborting transaction ${id} of ${key}`, abortTransaction(context, scope, stream, id))
    }
  }
}

function commitStream(context: ControllerContext, scope: string, stream: string): Promise<void> {
  return onStream(context, scope, stream, async record => {
    if (record === undefined || record.sealed) return
    await commitTransactions(context, record)
    await discardAborted(context, scope, stream)
  })
}

/** Deletes the segments of all transactions whose abort is decided, those that an earlier failure left included. */
async function discardAborted(context: ControllerContext, scope: string, stream: string): Promise<void> {
  for (const [id, transaction] of context.state.transactions.list(streamKey(scope, stream))) {
    if (transaction.state !== 'aborting') continue
    const names = transactionSegments({ scope, stream }, transaction)
    await Promise.all(names.map(name => context.engine.deleteSegment(name)))
    completeTransaction(context, scope, stream, id, 'aborted')
  }
}

/** Records an open transaction and sets its timer. */
function store(context: ControllerContext, scope: string, stream: string, transaction: TransactionRecord): void {
  const key = streamKey(scope, stream)
  const { id, expiresAt } = transaction
  context.state.transactions.set(key, id, transaction)
  context.leases.arm(`${key}/${id}`, expiresAt, () => {
    if (context.state.transactions.get(key, id)?.state !== 'open') return
    context.logger.info(LOG_LINES.leaseOver, { what: key, transaction: id })
    const reason = `Aborting expired transaction ${id} of ${key}`
    inBackground(context, reason, abortTransaction(context, scope, stream, id))
  })
}
