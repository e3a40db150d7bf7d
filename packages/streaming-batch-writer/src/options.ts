import { type Clock, systemClock } from './clock.ts'
import type { BatchReport } from './diagnostics.ts'
import { BatchWriterError } from './errors.ts'
import type { RowFormat } from './rows/row-format.ts'

/** Where failures are told the moment they happen. The project's loggers fit, and so does `console`. */
export interface BatchLogger {
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** Options of a {@link StreamingBatchWriter}. Of numbers, 0 and Infinity both mean: no limit. */
export interface StreamingBatchWriterOptions<R> {
  /** How to count, measure and cut rows. Default: {@link objectRows}, arrays of plain objects. */
  readonly rows?: RowFormat<R> | undefined
  /** Milliseconds from the first message of a batch to its end. Default: 20000. */
  readonly batchTimeout?: number | undefined
  /** Most rows of a batch. Default: 10000. */
  readonly batchSizeRows?: number | undefined
  /** Most bytes of a batch; a larger row makes a batch of its own. Default: 5242880 (5 MiB). */
  readonly batchSizeBytes?: number | undefined
  /** What becomes of a row larger than `batchSizeBytes`: a batch of its own, or its message is refused. Default: `'alone'`. */
  readonly onOversize?: 'alone' | 'error' | undefined
  /**
   * What a failure does: the other tables go on and the write rejects at its end, or everything stops and it rejects now.
   * Default: `'continue'`.
   */
  readonly onError?: 'continue' | 'stop' | undefined
  /**
   * What a message of another kind does: it waits until all handlers have returned, or it only ends their batches.
   * Default: `'wait'`.
   */
  readonly barrier?: 'wait' | 'close' | undefined
  /** Handler calls at a time for one table (or one kind). More than one gives up the order of commits. Default: 1. */
  readonly maxConcurrentBatchesPerTable?: number | undefined
  /**
   * Handler calls at a time. With fewer than there are tables, the oldest open batch is ended whenever a table waits.
   * Default: no limit.
   */
  readonly maxConcurrentBatches?: number | undefined
  /** Rows that wait for the handler of one table. Default: 10000. */
  readonly maxQueuedRowsPerTable?: number | undefined
  /** Bytes that wait for the handler of one table. Default: 5242880 (5 MiB). */
  readonly maxQueuedBytesPerTable?: number | undefined
  /** Rows that wait for any handler. Default: 100000. */
  readonly maxQueuedRows?: number | undefined
  /** Bytes that wait for any handler. Default: 67108864 (64 MiB). */
  readonly maxQueuedBytes?: number | undefined
  /** Calls of `send` that may wait for room; one more fails with `QUEUE_FULL`. Default: 1000. */
  readonly maxWaitingSends?: number | undefined
  /**
   * Milliseconds that handlers have to return after an abort; 0: they are not waited for, Infinity: as long as it takes.
   * Default: 10000.
   */
  readonly abortGrace?: number | undefined
  /** Called when a batch is over. What it throws fails the write, not the batch. Default: nothing. */
  readonly onBatch?: ((report: BatchReport) => void) | undefined
  /** Default: silent. */
  readonly logger?: BatchLogger | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** The options of a writer, complete and checked; no limit is Infinity. */
export interface WriterSettings<R> {
  readonly format: RowFormat<R>
  readonly batchTimeout: number
  readonly batchRows: number
  readonly batchBytes: number
  readonly refuseOversize: boolean
  readonly stopOnError: boolean
  readonly waitBetweenKinds: boolean
  readonly concurrencyPerTable: number
  readonly concurrency: number
  readonly queuedRowsPerTable: number
  readonly queuedBytesPerTable: number
  readonly queuedRows: number
  readonly queuedBytes: number
  readonly waitingSends: number
  readonly abortGrace: number
  readonly onBatch: ((report: BatchReport) => void) | undefined
  readonly logger: BatchLogger
  readonly clock: Clock
}

const SILENT: BatchLogger = { error() {} }

type Options = StreamingBatchWriterOptions<never>

function refuse(name: keyof Options, value: unknown, expected: string): never {
  throw new BatchWriterError('INVALID_ARGUMENT', `${name} is ${String(value)}; give ${expected}`, {
    details: { name, value },
  })
}

function limit(options: Options, name: keyof Options, usual: number): number {
  const value = options[name] ?? usual
  if (value === Number.POSITIVE_INFINITY) return value
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    refuse(name, value, 'a whole number; 0 or Infinity for no limit')
  }
  return value === 0 ? Number.POSITIVE_INFINITY : (value as number)
}

function duration(options: Options, name: keyof Options, usual: number): number {
  const value = options[name] ?? usual
  if (typeof value !== 'number' || !(value >= 0)) refuse(name, value, 'milliseconds, from 0 up')
  return value
}

function choice<T extends string>(options: Options, name: keyof Options, choices: readonly [T, T]): T {
  const value = options[name] ?? choices[0]
  if (!choices.some(known => known === value)) refuse(name, value, `'${choices.join("' or '")}'`)
  return value as T
}

const MIB = 1024 * 1024

/** @throws BatchWriterError `INVALID_ARGUMENT` names the option, its value and what would do. */
export function settle<R>(given: StreamingBatchWriterOptions<R>, format: RowFormat<R>): WriterSettings<R> {
  const options = given as Options
  const timeout = duration(options, 'batchTimeout', 20_000)
  return {
    format,
    batchTimeout: timeout === 0 ? Number.POSITIVE_INFINITY : timeout,
    batchRows: limit(options, 'batchSizeRows', 10_000),
    batchBytes: limit(options, 'batchSizeBytes', 5 * MIB),
    refuseOversize: choice(options, 'onOversize', ['alone', 'error']) === 'error',
    stopOnError: choice(options, 'onError', ['continue', 'stop']) === 'stop',
    waitBetweenKinds: choice(options, 'barrier', ['wait', 'close']) === 'wait',
    concurrencyPerTable: limit(options, 'maxConcurrentBatchesPerTable', 1),
    concurrency: limit(options, 'maxConcurrentBatches', 0),
    queuedRowsPerTable: limit(options, 'maxQueuedRowsPerTable', 10_000),
    queuedBytesPerTable: limit(options, 'maxQueuedBytesPerTable', 5 * MIB),
    queuedRows: limit(options, 'maxQueuedRows', 100_000),
    queuedBytes: limit(options, 'maxQueuedBytes', 64 * MIB),
    waitingSends: limit(options, 'maxWaitingSends', 1000),
    abortGrace: duration(options, 'abortGrace', 10_000),
    onBatch: given.onBatch,
    logger: given.logger ?? SILENT,
    clock: given.clock ?? systemClock,
  }
}
