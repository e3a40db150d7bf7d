import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, since, utf, uuid } from '../codec/fields.ts'

/**
 * Another connection appended with this writer id meanwhile; the server closes the connection next. Up to wire
 * version 15 the event number stood where the request id is now, so that it shows up as `requestId`. Failure reply,
 * type 55.
 */
export interface InvalidEventNumber {
  readonly command: 'InvalidEventNumber'
  readonly writerId: string
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
  readonly eventNumber: bigint
}

export const invalidEventNumber: CommandCodec<InvalidEventNumber> = defineCommand('InvalidEventNumber', 55, 'failure', {
  writerId: uuid,
  requestId: i64,
  serverStackTrace: since(6, utf, ''),
  eventNumber: since(16, i64, -1n),
})
