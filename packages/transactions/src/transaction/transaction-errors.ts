import { PravegaError } from '@pravega-ts/model'
import type { TransactionStage } from '../stage/transaction-stage.ts'
import { nameOf, type TransactionSubject } from './subject.ts'

/** What has become of the events, in `details.outcome`. */
export type Outcome = 'open' | 'committing' | 'committed' | 'aborted' | 'unknown'

const AGAIN = 'begin a new one and write them again'
const ASK = 'checkStatus() tells, also later and in another process, with getTransaction and the id'

/** Nothing can be written, or it cannot end in the wanted way, because of what it is. */
export function stageError(
  subject: TransactionSubject,
  stage: TransactionStage,
  what: string,
  cause?: unknown,
): PravegaError {
  const { outcome, why } = reasonOf(stage)
  const code = stage.tag === 'lost' && stage.after === 'unknownId' ? 'TRANSACTION_NOT_FOUND' : 'TRANSACTION_FAILED'
  const lived = PravegaError.is(cause, 'LEASE_REFUSED') ? ' It had lived as long as a transaction may.' : ''
  return new PravegaError(code, `${what}: ${nameOf(subject)} ${why}.${lived}`, {
    cause,
    details: detailsOf(subject, outcome),
  })
}

function reasonOf(stage: TransactionStage): { readonly outcome: Outcome; readonly why: string } {
  switch (stage.tag) {
    case 'open':
      return { outcome: 'open', why: 'is open. Its events are not in the stream; commit or abort it' }
    case 'flushing':
      return { outcome: 'open', why: 'is being committed. Begin another one for further events' }
    case 'committing':
      return stage.isAccepted
        ? { outcome: 'committing', why: 'is committed. Its events are about to appear; begin another one for others' }
        : { outcome: 'unknown', why: `is being committed. ${ASK}` }
    case 'committed':
      return {
        outcome: 'committed',
        why: 'is committed. The events that were acknowledged before are in the stream; begin another one for others',
      }
    case 'aborting':
      return { outcome: 'aborted', why: 'is being aborted. None of its events will be in the stream' }
    case 'aborted':
      return stage.by === 'caller'
        ? { outcome: 'aborted', why: 'was aborted. None of its events is in the stream' }
        : {
            outcome: 'aborted',
            why: `was aborted by the server, as its lease was over, or by another process. None of its events is in the stream; ${AGAIN}`,
          }
    case 'lost':
      return { outcome: 'unknown', why: lossOf(stage.after) }
  }
}

function lossOf(after: Extract<TransactionStage, { readonly tag: 'lost' }>['after']): string {
  switch (after) {
    case 'lease':
      return `could not be renewed before its lease was over, as no controller was reached. Most likely it is aborted; ${ASK}`
    case 'commit':
      return `may be committed, or may not: the controller was asked and has not answered. Call commit() again; ${ASK}`
    case 'abort':
      return 'was to be aborted, and the controller has not answered. It is not renewed, so it ends with its lease; call abort() again to be sure'
    case 'unknownId':
      return `is unknown to the controller. It is none of this stream, the stream is gone, or it ended more than a day ago`
  }
}

/** It cannot be committed, as an event is missing. */
export function incomplete(subject: TransactionSubject, cause: PravegaError): PravegaError {
  return new PravegaError(
    'TRANSACTION_FAILED',
    `Not committed: an event could not be written to ${nameOf(subject)} (${cause.message}). None of its events is in the stream; abort it and write them again in a new one`,
    { cause, details: { ...detailsOf(subject, 'open'), code: cause.code } },
  )
}

/** The same error, which also says what has become of the events. */
export function withOutcome(
  subject: TransactionSubject,
  error: PravegaError,
  outcome: Outcome,
  remark: string,
): PravegaError {
  return new PravegaError(error.code, `${error.message}. ${remark}`.replace('..', '.'), {
    cause: error,
    retriable: error.retriable,
    details: { ...error.details, ...detailsOf(subject, outcome) },
  })
}

export function closed(subject: TransactionSubject): PravegaError {
  return new PravegaError(
    'CLOSED',
    `This handle of ${nameOf(subject)} is closed. It is open until its lease is over; getTransaction opens it again`,
    { details: detailsOf(subject, 'unknown') },
  )
}

export function detailsOf({ id, stream }: TransactionSubject, outcome: Outcome): Readonly<Record<string, unknown>> {
  return { transactionId: id, stream: String(stream), outcome }
}
