import { type Channel, channel } from 'node:diagnostics_channel'
import type { Kind } from './messages/messages.ts'

/** Names of the `node:diagnostics_channel` channels of this package, with the type of what they publish. */
export const DIAGNOSTICS: {
  /** {@link BatchReport}: a batch is over. */
  readonly batch: 'pravega-ts:streaming-batch-writer:batch'
} = {
  batch: 'pravega-ts:streaming-batch-writer:batch',
}

/**
 * Why a batch took no further message: it was full (`rows`, `bytes`), its time was up, a message of another kind came, the
 * input ended, `flush` was called, another table waited for its turn (`concurrency`), its handler returned or threw while the
 * batch was open, or the write was broken off.
 */
export type EndReason =
  | 'rows'
  | 'bytes'
  | 'timeout'
  | 'kind'
  | 'end'
  | 'flush'
  | 'concurrency'
  | 'returned'
  | 'failed'
  | 'aborted'

/** One batch that is over. */
export interface BatchReport {
  readonly kind: Kind
  /** The table of inserts; undefined for the other kinds. */
  readonly table: string | undefined
  readonly number: number
  readonly rows: number
  readonly bytes: number
  readonly messages: number
  readonly reason: EndReason
  /** Milliseconds in which the batch took messages. */
  readonly openMs: number
  /** Milliseconds from the handler's call to its return. */
  readonly handlerMs: number
  /** What the handler threw; undefined: it returned. */
  readonly error: unknown
}

export const batchChannel: Channel<unknown, BatchReport> = channel(DIAGNOSTICS.batch) as Channel<
  unknown,
  unknown
> as Channel<unknown, BatchReport>
