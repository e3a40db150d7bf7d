import { type Endpoint, type ErrorCode, formatEndpoint, PravegaError } from '@pravega-ts/model'
import type { FailureReply } from '../commands/catalogue.ts'

/** What the caller knows about a refused request; all of it makes the message better. */
export interface FailureContext {
  /** What was attempted, like `append` or `SealSegment`. */
  readonly operation?: string | undefined
  /** Qualified name, for replies that do not name the segment. */
  readonly segment?: string | undefined
  readonly endpoint?: Endpoint | undefined
}

/** What a failure reply means, whether the same request may succeed later, and what to do. */
interface Meaning<R extends FailureReply> {
  readonly code: ErrorCode | ((reply: R) => ErrorCode)
  readonly retriable?: boolean | ((reply: R) => boolean)
  readonly problem: (reply: R, segment: string) => string
  readonly remedy: string | ((reply: R) => string)
}

const TOKEN_EXPIRED = 1
const ILLEGAL_ARGUMENT = 0

/** The one table of the segment store's refusals. */
const MEANINGS: { readonly [K in FailureReply['command']]: Meaning<Extract<FailureReply, { command: K }>> } = {
  ConditionalCheckFailed: {
    code: 'CONDITIONAL_CHECK_FAILED',
    problem: (reply, segment) => `${segment} did not have the expected length (event number ${reply.eventNumber})`,
    remedy: 'another writer appended to it: look up its length, then decide what to append',
  },
  WrongHost: {
    code: 'WRONG_HOST',
    retriable: true,
    problem: (_, segment) => `this server does not own ${segment} (any more)`,
    remedy: 'ask the controller where it is, and try there',
  },
  SegmentIsSealed: {
    code: 'SEGMENT_SEALED',
    problem: (_, segment) => `${segment} is sealed`,
    remedy: 'go on with its successors; if there are none the stream has ended',
  },
  SegmentAlreadyExists: {
    code: 'SEGMENT_EXISTS',
    problem: (_, segment) => `${segment} exists already`,
    remedy: 'use it, or choose another name',
  },
  NoSuchSegment: {
    code: 'NO_SUCH_SEGMENT',
    problem: (_, segment) => `${segment} does not exist`,
    remedy: 'it has been deleted, truncated away or merged, or its name is wrong',
  },
  InvalidEventNumber: {
    code: 'INVALID_EVENT_NUMBER',
    retriable: true,
    problem: reply => `another connection appended as the writer ${reply.writerId}`,
    remedy: 'reconnect, set the writer up again and resend what is not acknowledged',
  },
  SegmentIsTruncated: {
    code: 'SEGMENT_TRUNCATED',
    problem: (reply, segment) => `${segment} starts at offset ${reply.startOffset}; ${reply.offset} was asked for`,
    remedy: reply => `go on at ${reply.startOffset}`,
  },
  OperationUnsupported: {
    code: 'OPERATION_UNSUPPORTED',
    problem: (reply, segment) => `the server does not support ${reply.operationName} on ${segment}`,
    remedy: 'check the kind of the segment and the release of the server',
  },
  AuthTokenCheckFailed: {
    code: reply => (reply.errorCode === TOKEN_EXPIRED ? 'TOKEN_EXPIRED' : 'TOKEN_REFUSED'),
    retriable: reply => reply.errorCode === TOKEN_EXPIRED,
    problem: (reply, segment) =>
      `the delegation token for ${segment} ${reply.errorCode === TOKEN_EXPIRED ? 'has expired' : 'was refused'}`,
    remedy: reply =>
      reply.errorCode === TOKEN_EXPIRED
        ? 'get a new one from the controller and try again'
        : 'check the permissions of the credentials',
  },
  ErrorMessage: {
    code: reply => (reply.errorCode === ILLEGAL_ARGUMENT ? 'ILLEGAL_REQUEST' : 'INTERNAL'),
    // The server's own trouble, for instance a disk that is full: it may be over.
    retriable: reply => reply.errorCode !== ILLEGAL_ARGUMENT,
    problem: (reply, segment) => `the server refused a request for ${segment}: ${reply.message}`,
    remedy: reply =>
      reply.errorCode === ILLEGAL_ARGUMENT ? 'correct the arguments' : 'the log of the segment store tells more',
  },
  TableSegmentNotEmpty: {
    code: 'TABLE_NOT_EMPTY',
    problem: (_, segment) => `the table ${segment} has entries`,
    remedy: 'remove them first, or delete it without asking that it is empty',
  },
  TableKeyDoesNotExist: {
    code: 'TABLE_KEY_NOT_FOUND',
    problem: (_, segment) => `a key to be changed at a certain version is not in the table ${segment}`,
    remedy: 'read the entry again, then decide',
  },
  TableKeyBadVersion: {
    code: 'TABLE_KEY_BAD_VERSION',
    problem: (_, segment) => `a key in the table ${segment} has another version than the one given`,
    remedy: 'read the entry again, then decide',
  },
}

function evaluate<T, R>(value: T | ((reply: R) => T), reply: R): T {
  return typeof value === 'function' ? (value as (reply: R) => T)(reply) : value
}

/** The error that a refused request ends with. The reply's fields are in its `details`. */
export function errorFromReply(reply: FailureReply, context: FailureContext = {}): PravegaError {
  const meaning = MEANINGS[reply.command] as Meaning<FailureReply>
  const named = 'segment' in reply && reply.segment !== '' ? reply.segment : context.segment
  const segment = named === undefined ? 'the segment' : `segment ${named}`
  const operation = context.operation === undefined ? '' : `${context.operation}: `
  const { command, ...fields } = reply
  return new PravegaError(
    evaluate(meaning.code, reply),
    `${operation}${meaning.problem(reply, segment)}; ${evaluate(meaning.remedy, reply)}`,
    {
      retriable: evaluate(meaning.retriable ?? false, reply),
      details: {
        ...fields,
        reply: command,
        ...(named !== undefined && { segment: named }),
        ...(context.endpoint && { endpoint: formatEndpoint(context.endpoint) }),
      },
    },
  )
}
