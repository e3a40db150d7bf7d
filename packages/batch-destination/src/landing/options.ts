import type { Controller } from '@pravega-ts/controller-client'
import type { EventAppenderOptions } from '@pravega-ts/event-client'
import { PravegaError, type StreamConfigurationOptions, validateScopeName } from '@pravega-ts/model'
import type { TableSchema } from '@pravega-ts/streaming-batch-writer'
import type { TransactionController, TransactionStore } from '@pravega-ts/transactions'
import type { SyncColumns } from '../events/table-event.ts'
import type { TableFormat } from '../format/table-format.ts'

/** What a destination needs of the layers below. A `SegmentStore` is one; parts of it can be replaced. */
export interface DestinationStore extends Omit<TransactionStore, 'controller'> {
  readonly controller: TransactionController &
    Pick<Controller, 'checkScopeExists' | 'createScope' | 'createStream' | 'sealStream'>
}

/** Options of {@link openBatchDestination}. */
export interface BatchDestinationOptions<R> {
  /** Scope of the streams. A destination should have one to itself. */
  readonly scope: string
  /** How rows become events. Default: {@link jsonLines}. */
  readonly format?: TableFormat<R> | undefined
  /**
   * `'transaction'`: readers see all rows of a batch, or none. `'events'`: they see each row as soon as it is there; a batch
   * that fails leaves those that were written before. Default `'transaction'`.
   */
  readonly mode?: 'transaction' | 'events' | undefined
  /** Whether to create the scope if there is none. Default `true`. */
  readonly createScope?: boolean | undefined
  /**
   * How streams for rows are created: scaling, retention, tags. Streams that exist are left as they are.
   * Default: one segment, everything is kept.
   */
  readonly stream?:
    | StreamConfigurationOptions
    | ((table: string, schema: TableSchema) => StreamConfigurationOptions)
    | undefined
  /** Columns whose values are the routing key; none: the whole row is. Default: the primary key. */
  readonly routeBy?: ((table: string, schema: TableSchema) => readonly string[]) | undefined
  /**
   * Names of the columns by which rows are removed. Default: `_cq_source_name`, `_cq_sync_time`, `_cq_id`, `_cq_parent_id`.
   */
  readonly columns?: Partial<SyncColumns> | undefined
  /** Whether a batch waits until its rows can be read; otherwise, until it is certain that they will. Default `true`. */
  readonly waitUntilReadable?: boolean | undefined
  /**
   * Milliseconds after which the server aborts a transaction of a process that is gone, 10000 to 600000. It is renewed as long as
   * the batch is open, whatever its timeout. Default 90000.
   */
  readonly leaseMs?: number | undefined
  /** Milliseconds for each step of a batch: beginning, waiting for room, committing. Default 300000 (five minutes). */
  readonly callTimeoutMs?: number | undefined
  /** Sizes of the writers. Default: theirs. */
  readonly writer?:
    | Pick<EventAppenderOptions<never>, 'maxInFlightBytes' | 'maxQueuedBytes' | 'maxBlockBytes' | 'retry'>
    | undefined
}

const USUAL_COLUMNS: SyncColumns = {
  source: '_cq_source_name',
  syncTime: '_cq_sync_time',
  id: '_cq_id',
  parentId: '_cq_parent_id',
}

/** Options, checked and complete. */
export interface DestinationSettings<R> {
  readonly scope: string
  readonly format: TableFormat<R>
  readonly mode: 'transaction' | 'events'
  readonly createScope: boolean
  readonly streamOf: (table: string, schema: TableSchema) => StreamConfigurationOptions
  readonly routeBy: (table: string, schema: TableSchema) => readonly string[]
  readonly columns: SyncColumns
  readonly waitUntilReadable: boolean
  readonly leaseMs: number
  readonly callTimeoutMs: number
  readonly writer: NonNullable<BatchDestinationOptions<R>['writer']>
}

function refused(name: string, value: unknown, expected: string): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', `${name} ${String(value)} is refused: give ${expected}`, {
    details: { name, value },
  })
}

/** @throws PravegaError `INVALID_ARGUMENT` names the option, its value and what would do */
export function settle<R>(options: BatchDestinationOptions<R>, format: TableFormat<R>): DestinationSettings<R> {
  const { mode = 'transaction', leaseMs = 90_000, callTimeoutMs = 300_000, stream = {} } = options
  if (mode !== 'transaction' && mode !== 'events') throw refused('mode', mode, "'transaction' or 'events'")
  if (!(leaseMs >= 10_000 && leaseMs <= 600_000)) throw refused('leaseMs', leaseMs, 'milliseconds from 10000 to 600000')
  if (!(callTimeoutMs > 0)) throw refused('callTimeoutMs', callTimeoutMs, 'milliseconds above 0')
  return {
    scope: validateScopeName(options.scope),
    format,
    mode,
    createScope: options.createScope ?? true,
    streamOf: typeof stream === 'function' ? stream : () => stream,
    routeBy: options.routeBy ?? ((_, { primaryKey = [] }) => primaryKey),
    columns: { ...USUAL_COLUMNS, ...options.columns },
    waitUntilReadable: options.waitUntilReadable ?? true,
    leaseMs,
    callTimeoutMs,
    writer: options.writer ?? {},
  }
}
