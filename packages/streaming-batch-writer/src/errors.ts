/** Every way in which this package can fail. The set is closed: a `switch` over it can be complete. */
export type BatchWriterErrorCode =
  // the caller
  | 'INVALID_ARGUMENT'
  | 'INVALID_MESSAGE'
  | 'ROW_TOO_LARGE'
  | 'BUSY'
  | 'CLOSED'
  | 'QUEUE_FULL'
  // handlers
  | 'HANDLER_FAILED'
  | 'HANDLER_TOOK_NOTHING'
  | 'HANDLER_UNSETTLED'
  | 'NOT_IMPLEMENTED'
  | 'OBSERVER_FAILED'
  // a write as a whole
  | 'INPUT_FAILED'
  | 'WRITE_FAILED'
  | 'STOPPED'
  | 'ABORTED'

/** What an error carries besides its code and message. */
export interface BatchWriterErrorOptions {
  /** What led to this error. Kept as it is. */
  cause?: unknown
  /** Values that a program may want to look at. Default: empty. */
  details?: Readonly<Record<string, unknown>> | undefined
}

/** What all errors of this package have. */
export interface BatchWriterFault extends Error {
  readonly code: BatchWriterErrorCode
  readonly details: Readonly<Record<string, unknown>>
}

const BRAND = Symbol.for('@pravega-ts/streaming-batch-writer/error')

/** Makes `BatchWriterError.is` recognise instances of a class, and keeps its name out of their own properties. */
export function brandErrors(prototype: Error, name: string): void {
  Object.defineProperty(prototype, BRAND, { value: true })
  Object.defineProperty(prototype, 'name', { value: name, writable: true, configurable: true })
}

/**
 * An error of this package. The message says what happened and what to do about it; `code` is for programs. Test with
 * {@link BatchWriterError.is}, which knows {@link WriteError} too, and errors of another installed copy of this package.
 */
export class BatchWriterError extends Error implements BatchWriterFault {
  /** What kind of failure it is. */
  readonly code: BatchWriterErrorCode
  /** Values that a program may want to look at. */
  readonly details: Readonly<Record<string, unknown>>

  static {
    brandErrors(BatchWriterError.prototype, 'BatchWriterError')
  }

  constructor(code: BatchWriterErrorCode, message: string, options: BatchWriterErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }

  /** `BatchWriterError [CODE]: message` */
  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`
  }

  /** Whether `value` is an error of this package and, if codes are given, has one of them. */
  static is(value: unknown, ...codes: BatchWriterErrorCode[]): value is BatchWriterFault {
    if (typeof value !== 'object' || value === null || !(BRAND in value)) return false
    return codes.length === 0 || codes.includes((value as unknown as BatchWriterFault).code)
  }
}
