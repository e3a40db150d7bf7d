import { type ErrorCode, PravegaError } from '@pravega-ts/model'

/** Why a controller did not do what it was asked, and what to do about it. */
export interface Refusal {
  readonly code: ErrorCode
  readonly why: string
  readonly remedy: string
  readonly retriable?: boolean
}

export function refusal(code: ErrorCode, why: string, remedy: string, retriable?: boolean): Refusal {
  return retriable === undefined ? { code, why, remedy } : { code, why, remedy, retriable }
}

export const NO_SCOPE: Refusal = refusal(
  'SCOPE_NOT_FOUND',
  'the scope does not exist',
  'Create it with createScope first',
)
export const SEALED: Refusal = refusal(
  'STREAM_SEALED',
  'the stream is sealed',
  'A sealed stream can only be read and deleted',
)
export const NO_TABLE: Refusal = refusal(
  'TABLE_NOT_FOUND',
  'the table does not exist',
  'Create it with createKeyValueTable first',
)

/** The error for a refusal. */
export function refused(
  method: string,
  subject: string,
  refusal: Refusal,
  details: { readonly answer?: string; readonly [name: string]: unknown },
): PravegaError {
  const answer = details.answer === undefined ? '' : ` (${details.answer})`
  return new PravegaError(refusal.code, `${method} of ${subject} failed: ${refusal.why}${answer}. ${refusal.remedy}.`, {
    details: { method, subject, ...details },
    ...(refusal.retriable === undefined ? {} : { retriable: refusal.retriable }),
  })
}
