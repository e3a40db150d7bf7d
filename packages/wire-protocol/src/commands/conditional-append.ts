import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { event, i64, since, uuid } from '../codec/fields.ts'

/**
 * Appends one event, which is stored with its header, if the segment is exactly `expectedOffset` bytes long. Answered
 * by DataAppended or ConditionalCheckFailed. Request, type 5.
 */
export interface ConditionalAppend {
  readonly command: 'ConditionalAppend'
  readonly writerId: string
  readonly eventNumber: bigint
  /** Length that the segment must have. */
  readonly expectedOffset: bigint
  /** Payload of the event; written with its 8-byte header. */
  readonly event: Uint8Array
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
}

export const conditionalAppend: CommandCodec<ConditionalAppend> = defineCommand('ConditionalAppend', 5, 'request', {
  writerId: uuid,
  eventNumber: i64,
  expectedOffset: i64,
  event: event,
  requestId: since(8, i64, -1n),
})
