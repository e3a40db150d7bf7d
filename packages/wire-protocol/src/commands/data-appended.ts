import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, since, uuid } from '../codec/fields.ts'

/**
 * Everything of this writer up to `eventNumber` is durable. Answers all append requests; several may share one reply.
 * Reply, type 7.
 */
export interface DataAppended {
  readonly command: 'DataAppended'
  readonly writerId: string
  readonly eventNumber: bigint
  /** The number acknowledged before this one; -2^63 at the first of a new writer. */
  readonly previousEventNumber: bigint
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Length of the segment after this append, other writers' data included. */
  readonly currentSegmentWriteOffset: bigint
}

export const dataAppended: CommandCodec<DataAppended> = defineCommand('DataAppended', 7, 'reply', {
  writerId: uuid,
  eventNumber: i64,
  previousEventNumber: since(5, i64, -1n),
  requestId: since(8, i64, -1n),
  currentSegmentWriteOffset: since(9, i64, -1n),
})
