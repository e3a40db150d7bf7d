import {
  BatchWriterError,
  type BatchWriterErrorCode,
  type BatchWriterErrorOptions,
  type BatchWriterFault,
  brandErrors,
} from './errors.ts'
import type { Kind } from './messages/messages.ts'
import type { WriteSummary } from './summary.ts'

/** Where something failed. */
export interface FailurePlace {
  /** Undefined where no message was understood. */
  readonly kind: Kind | undefined
  /** The table of the message that the handler had taken last; undefined where no message was understood. */
  readonly table: string | undefined
  /** {@link BatchStream.number} of the batch; undefined: it was no batch that failed. */
  readonly batch: number | undefined
  /** Which message it was, counted from 0; undefined: it was no single message that failed. */
  readonly index: number | undefined
}

/** One thing that went wrong during a write. `cause` is what the handler threw. */
export class BatchFailure extends BatchWriterError implements FailurePlace {
  readonly kind: Kind | undefined
  readonly table: string | undefined
  readonly batch: number | undefined
  readonly index: number | undefined

  static {
    brandErrors(BatchFailure.prototype, 'BatchFailure')
  }

  constructor(code: BatchWriterErrorCode, message: string, place: FailurePlace, options: BatchWriterErrorOptions = {}) {
    super(code, message, options)
    this.kind = place.kind
    this.table = place.table
    this.batch = place.batch
    this.index = place.index
  }
}

/**
 * A write that did not deliver everything: `code` is `WRITE_FAILED` when the input went through to its end, `STOPPED` with
 * `onError: 'stop'`, `ABORTED` by a signal (its reason is `cause`), `INPUT_FAILED` when the input threw (that is `cause`).
 */
export class WriteError extends AggregateError implements BatchWriterFault {
  readonly code: BatchWriterErrorCode
  readonly details: Readonly<Record<string, unknown>>
  /** What went wrong, in the order in which it did; at most the first 1000. */
  declare readonly errors: BatchFailure[]
  /** How many more went wrong than `errors` holds. */
  readonly omitted: number
  /** What came of everything that was taken in. */
  readonly summary: WriteSummary

  static {
    brandErrors(WriteError.prototype, 'WriteError')
  }

  constructor(
    code: BatchWriterErrorCode,
    message: string,
    errors: readonly BatchFailure[],
    summary: WriteSummary,
    options: { readonly cause?: unknown; readonly omitted?: number | undefined } = {},
  ) {
    super(errors, message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = {}
    this.omitted = options.omitted ?? 0
    this.summary = summary
  }

  /** `WriteError [CODE]: message` */
  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`
  }
}
