import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bool, i32, i64, since, utf } from '../codec/fields.ts'

/** Creates a table. Answered by SegmentCreated or SegmentAlreadyExists. Request, type 70, since wire version 8. */
export interface CreateTableSegment {
  readonly command: 'CreateTableSegment'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  readonly sortedDeprecated: boolean
  /** Length of all keys in bytes, 1..256; 0 = variable. */
  readonly keyLength: number
  /** Size of a file in long-term storage; 0 = the server's default. */
  readonly rolloverSizeBytes: bigint
}

export const createTableSegment: CommandCodec<CreateTableSegment> = defineCommand('CreateTableSegment', 70, 'request', {
  requestId: i64,
  segment: utf,
  delegationToken: utf,
  sortedDeprecated: since(10, bool, false),
  keyLength: since(12, i32, 0),
  rolloverSizeBytes: since(14, i64, 0n),
})
