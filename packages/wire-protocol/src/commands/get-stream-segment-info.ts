import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Asks for length, truncation point and seal. Answered by StreamSegmentInfo or NoSuchSegment. Request, type 11. */
export interface GetStreamSegmentInfo {
  readonly command: 'GetStreamSegmentInfo'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segmentName: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const getStreamSegmentInfo: CommandCodec<GetStreamSegmentInfo> = defineCommand(
  'GetStreamSegmentInfo',
  11,
  'request',
  {
    requestId: i64,
    segmentName: utf,
    delegationToken: utf,
  },
)
