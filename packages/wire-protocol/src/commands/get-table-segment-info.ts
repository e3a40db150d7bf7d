import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/**
 * Asks for length and number of entries of a table. Answered by TableSegmentInfo or NoSuchSegment. Request, type 68,
 * since wire version 12.
 */
export interface GetTableSegmentInfo {
  readonly command: 'GetTableSegmentInfo'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segmentName: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const getTableSegmentInfo: CommandCodec<GetTableSegmentInfo> = defineCommand(
  'GetTableSegmentInfo',
  68,
  'request',
  {
    requestId: i64,
    segmentName: utf,
    delegationToken: utf,
  },
)
