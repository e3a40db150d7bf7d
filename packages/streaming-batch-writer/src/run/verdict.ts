import type { Batch } from '../batch/batch.ts'
import { BatchWriterError, type BatchWriterErrorCode } from '../errors.ts'
import type { RowCounts } from '../summary.ts'
import { BatchFailure, WriteError } from '../write-error.ts'
import type { Tally } from './tally.ts'

/** Why a run was broken off. */
export interface Break {
  readonly code: Extract<BatchWriterErrorCode, 'ABORTED' | 'STOPPED' | 'INPUT_FAILED' | 'CLOSED'>
  readonly message: string
  readonly cause: unknown
}

/** What came of a batch. */
interface Verdict {
  readonly outcome: keyof RowCounts
  /** Undefined when nothing is to be reported: it went well, or it was broken off and said so. */
  readonly failure: BatchFailure | undefined
}

interface Thrown {
  readonly error: unknown
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * What came of a batch whose handler is done.
 *
 * @param thrown - What the handler threw; undefined: it returned.
 * @param broken - What iteration throws because the run is broken off; undefined: it is not.
 */
export function judge<R>(batch: Batch<R>, thrown: Thrown | undefined, broken: Thrown | undefined): Verdict {
  const outcome = batch.handed === 0 ? 'dropped' : 'failed'
  const { kind } = batch.lane
  const table = batch.lastTable
  const place = { kind, table, batch: batch.number, index: undefined }
  const where = `${kind} of '${table}', batch ${batch.number}`
  if (batch.fault !== undefined) {
    const message = `the rows for ${where}, could not be cut: ${textOf(batch.fault)}`
    return { outcome, failure: new BatchFailure('INVALID_MESSAGE', message, place, { cause: batch.fault }) }
  }
  if (thrown !== undefined) {
    if (broken !== undefined && thrown.error === broken.error) return { outcome, failure: undefined }
    if (BatchWriterError.is(thrown.error, 'HANDLER_UNSETTLED')) {
      return { outcome, failure: thrown.error as BatchFailure }
    }
    const code = BatchWriterError.is(thrown.error, 'NOT_IMPLEMENTED') ? 'NOT_IMPLEMENTED' : 'HANDLER_FAILED'
    const message = `the handler failed for ${where}: ${textOf(thrown.error)}`
    return { outcome, failure: new BatchFailure(code, message, place, { cause: thrown.error }) }
  }
  if (batch.handed > 0) return { outcome: 'delivered', failure: undefined }
  if (broken !== undefined) return { outcome, failure: undefined }
  const message = `the handler for ${where}, returned without taking a message; iterate over the batch, or use dummyHandler`
  return { outcome, failure: new BatchFailure('HANDLER_TOOK_NOTHING', message, place) }
}

/** The error of a write that did not deliver everything. */
export function writeError(why: Break | undefined, tally: Tally): WriteError {
  const { failures, omitted, undelivered, invalid, batches } = tally
  const parts = [
    why?.message ?? `the write has ${failures.length + omitted} failures in ${batches} batches`,
    `${undelivered} rows were not delivered`,
    ...(invalid > 0 ? [`${invalid} messages were refused`] : []),
  ]
  const first = failures[0]
  const hint = first === undefined ? '' : ` First: ${first.message}.`
  return new WriteError(
    why?.code ?? 'WRITE_FAILED',
    `${parts.join('; ')}.${hint} See errors for each failure and summary for the counts`,
    failures,
    tally.summary(),
    { ...(why === undefined ? {} : { cause: why.cause }), omitted },
  )
}
