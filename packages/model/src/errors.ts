/**
 * Every way in which a call of this family of packages can fail. The set is closed: a `switch` over it can be complete.
 */
export type ErrorCode =
  // the caller
  | 'INVALID_ARGUMENT'
  | 'INVALID_CONFIG'
  | 'CLOSED'
  | 'ABORTED'
  | 'DEADLINE_EXCEEDED'
  | 'OFFSET_OUT_OF_RANGE'
  | 'MULTIPLE_SEGMENTS'
  // connections and peers
  | 'CONNECTION_FAILED'
  | 'CONNECTION_LOST'
  | 'PROTOCOL_VIOLATION'
  | 'VERSION_MISMATCH'
  | 'UNAVAILABLE'
  | 'RETRIES_EXHAUSTED'
  // segments
  | 'WRONG_HOST'
  | 'NO_SUCH_SEGMENT'
  | 'SEGMENT_SEALED'
  | 'SEGMENT_TRUNCATED'
  | 'SEGMENT_EXISTS'
  | 'CONDITIONAL_CHECK_FAILED'
  | 'INVALID_EVENT_NUMBER'
  | 'OPERATION_UNSUPPORTED'
  | 'ILLEGAL_REQUEST'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_REFUSED'
  | 'TABLE_KEY_BAD_VERSION'
  | 'TABLE_KEY_NOT_FOUND'
  | 'TABLE_NOT_EMPTY'
  // a server's own disk
  | 'DATA_DIRECTORY_IN_USE'
  | 'STORAGE_FAILED'
  // events
  | 'EVENT_TOO_LARGE'
  | 'QUEUE_FULL'
  | 'CORRUPT_EVENT'
  | 'SERIALIZATION_FAILED'
  // shared state
  | 'CORRUPT_STATE'
  | 'ILLEGAL_STATE_UPDATE'
  // reader groups
  | 'READER_EXISTS'
  | 'READER_OFFLINE'
  | 'READER_GROUP_RESET'
  | 'READER_GROUP_STALE'
  | 'READER_GROUP_OTHER_STORE'
  | 'CHECKPOINT_REFUSED'
  | 'CHECKPOINT_FAILED'
  // controller
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'SCOPE_NOT_FOUND'
  | 'SCOPE_NOT_EMPTY'
  | 'STREAM_NOT_FOUND'
  | 'STREAM_SEALED'
  | 'STREAM_NOT_SEALED'
  | 'STREAM_CUT_INVALID'
  | 'SCALE_REFUSED'
  | 'TRANSACTION_NOT_FOUND'
  | 'TRANSACTION_FAILED'
  | 'LEASE_REFUSED'
  | 'READER_GROUP_NOT_FOUND'
  | 'READER_GROUP_CONFIG_MISMATCH'
  | 'SUBSCRIBER_NOT_FOUND'
  | 'TABLE_NOT_FOUND'
  | 'NOT_FOUND'
  | 'CONTROLLER_FAILURE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'

/** What an error carries besides its code and message. */
export interface PravegaErrorOptions {
  /** What led to this error. Kept as it is. */
  cause?: unknown
  /** Whether the same call may succeed when it is made again. Default: what is usual for the code. */
  retriable?: boolean
  /** Values that a program may want to look at. Never holds secrets. Default: empty. */
  details?: Readonly<Record<string, unknown>>
}

const BRAND = Symbol.for('@pravega-ts/error')

const USUALLY_RETRIABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CONNECTION_FAILED',
  'CONNECTION_LOST',
  'UNAVAILABLE',
  'WRONG_HOST',
  'TOKEN_EXPIRED',
])

/**
 * The one error class of all `@pravega-ts` packages.
 *
 * The message says what happened and what to do about it; `code` is for programs. Test with {@link PravegaError.is}, which
 * also recognises errors that were made by another installed copy of this package.
 */
export class PravegaError extends Error {
  /** What kind of failure it is. */
  readonly code: ErrorCode
  /** Whether the same call may succeed when it is made again. */
  readonly retriable: boolean
  /** Values that a program may want to look at. Never holds secrets. */
  readonly details: Readonly<Record<string, unknown>>

  static {
    Object.defineProperty(PravegaError.prototype, BRAND, { value: true })
    // On the prototype, so that an inspected error does not list its own class name among its properties.
    Object.defineProperty(PravegaError.prototype, 'name', { value: 'PravegaError', writable: true, configurable: true })
  }

  constructor(code: ErrorCode, message: string, options: PravegaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retriable = options.retriable ?? USUALLY_RETRIABLE.has(code)
    this.details = options.details ?? {}
  }

  /** `PravegaError [CODE]: message` */
  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`
  }

  /**
   * Whether `value` is a PravegaError and, if codes are given, has one of them.
   */
  static is(value: unknown, ...codes: ErrorCode[]): value is PravegaError {
    if (typeof value !== 'object' || value === null || !(BRAND in value)) return false
    return codes.length === 0 || codes.includes((value as unknown as PravegaError).code)
  }

  /**
   * Turns anything that was thrown into a PravegaError.
   *
   * - a PravegaError is returned as it is
   * - `AbortError` (an aborted signal) becomes `ABORTED`
   * - `TimeoutError` (`AbortSignal.timeout`) becomes `DEADLINE_EXCEEDED`
   * - everything else becomes `code`, with the thrown value as `cause`
   *
   * @param code - Default `'INTERNAL'`.
   */
  static from(value: unknown, code: ErrorCode = 'INTERNAL'): PravegaError {
    if (PravegaError.is(value)) return value
    const name = value instanceof Error ? value.name : undefined
    const message = value instanceof Error ? value.message : String(value)
    if (name === 'AbortError') return new PravegaError('ABORTED', message, { cause: value })
    if (name === 'TimeoutError') return new PravegaError('DEADLINE_EXCEEDED', message, { cause: value })
    return new PravegaError(code, message, { cause: value })
  }
}
