import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bytes, i64, uuid } from '../codec/fields.ts'

/**
 * Appends raw bytes if the segment is exactly `expectedOffset` bytes long. Answered by DataAppended or
 * ConditionalCheckFailed. Request, type 89, since wire version 11.
 */
export interface ConditionalBlockEnd {
  readonly command: 'ConditionalBlockEnd'
  readonly writerId: string
  readonly eventNumber: bigint
  /** Length that the segment must have. */
  readonly expectedOffset: bigint
  readonly data: Uint8Array
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
}

export const conditionalBlockEnd: CommandCodec<ConditionalBlockEnd> = defineCommand(
  'ConditionalBlockEnd',
  89,
  'request',
  {
    writerId: uuid,
    eventNumber: i64,
    expectedOffset: i64,
    data: bytes,
    requestId: i64,
  },
)
