import type { ErrorCode } from '@pravega-ts/model'

export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What is not named here is a failure. */
const OF_ERROR: Partial<Record<ErrorCode, ExitCode>> = {
  INVALID_ARGUMENT: EXIT.usage,
  INVALID_CONFIG: EXIT.usage,

  NOT_FOUND: EXIT.notFound,
  SCOPE_NOT_FOUND: EXIT.notFound,
  STREAM_NOT_FOUND: EXIT.notFound,
  NO_SUCH_SEGMENT: EXIT.notFound,
  READER_GROUP_NOT_FOUND: EXIT.notFound,
  SUBSCRIBER_NOT_FOUND: EXIT.notFound,
  TRANSACTION_NOT_FOUND: EXIT.notFound,

  OFFSET_OUT_OF_RANGE: EXIT.refused,
  MULTIPLE_SEGMENTS: EXIT.refused,
  SEGMENT_SEALED: EXIT.refused,
  SEGMENT_TRUNCATED: EXIT.refused,
  CONDITIONAL_CHECK_FAILED: EXIT.refused,
  SCOPE_NOT_EMPTY: EXIT.refused,
  STREAM_SEALED: EXIT.refused,
  STREAM_NOT_SEALED: EXIT.refused,
  STREAM_CUT_INVALID: EXIT.refused,
  SCALE_REFUSED: EXIT.refused,
  EVENT_TOO_LARGE: EXIT.refused,
  OPERATION_UNSUPPORTED: EXIT.refused,
  READER_EXISTS: EXIT.refused,
  READER_GROUP_CONFIG_MISMATCH: EXIT.refused,
  READER_GROUP_OTHER_STORE: EXIT.refused,
  READER_GROUP_STALE: EXIT.refused,
  CHECKPOINT_REFUSED: EXIT.refused,
  TRANSACTION_FAILED: EXIT.refused,
  LEASE_REFUSED: EXIT.refused,
  UNAUTHENTICATED: EXIT.refused,
  PERMISSION_DENIED: EXIT.refused,
  TOKEN_REFUSED: EXIT.refused,
  TOKEN_EXPIRED: EXIT.refused,

  CONNECTION_FAILED: EXIT.unreachable,
  CONNECTION_LOST: EXIT.unreachable,
  UNAVAILABLE: EXIT.unreachable,
  RETRIES_EXHAUSTED: EXIT.unreachable,
  DEADLINE_EXCEEDED: EXIT.unreachable,
  VERSION_MISMATCH: EXIT.unreachable,
  PROTOCOL_VIOLATION: EXIT.unreachable,
}

export function exitCodeOf(code: ErrorCode): ExitCode {
  return OF_ERROR[code] ?? EXIT.failure
}

/** For the help of the whole program. */
export const EXIT_CODES_TEXT = `Exit codes:
  0  done
  1  failed
  2  the command line (or a configured value) is wrong
  3  the scope, stream, segment, reader group or transaction is not there
  4  refused: exists already, sealed, not empty, wrong offset, no permission
  5  the server could not be reached, or did not answer in time
  130  stopped by Ctrl-C (143: by SIGTERM)`
