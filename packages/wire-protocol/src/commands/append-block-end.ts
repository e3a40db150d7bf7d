import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bytes, i32, i64, since, uuid } from '../codec/fields.ts'

/**
 * Ends an append block, or is a whole append by itself. Answered by DataAppended, or by SegmentIsSealed,
 * NoSuchSegment, InvalidEventNumber. Request, type 4.
 */
export interface AppendBlockEnd {
  readonly command: 'AppendBlockEnd'
  readonly writerId: string
  /** Bytes of the preceding AppendBlock that are whole events; ignored when there was none. */
  readonly sizeOfWholeEvents: number
  /** End of the partial event of the block, or all data when there was no block. */
  readonly data: Uint8Array
  /** Number of events, at least 1. Only feeds the event counter of the segment. */
  readonly numEvents: number
  /** Number of the last event; never below the one before, never used twice on one setup. */
  readonly lastEventNumber: bigint
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
}

export const appendBlockEnd: CommandCodec<AppendBlockEnd> = defineCommand('AppendBlockEnd', 4, 'request', {
  writerId: uuid,
  sizeOfWholeEvents: i32,
  data: bytes,
  numEvents: i32,
  lastEventNumber: i64,
  requestId: since(8, i64, -1n),
})
