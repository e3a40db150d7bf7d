import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i8, i32, i64, utf } from '../codec/fields.ts'

/**
 * Changes the scaling policy of a segment. Answered by SegmentPolicyUpdated, NoSuchSegment or SegmentIsSealed.
 * Request, type 32.
 */
export interface UpdateSegmentPolicy {
  readonly command: 'UpdateSegmentPolicy'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Rate of the scaling policy. */
  readonly targetRate: number
  /** 0 no scaling, 1 kilobytes a second, 2 events a second. */
  readonly scaleType: number
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const updateSegmentPolicy: CommandCodec<UpdateSegmentPolicy> = defineCommand(
  'UpdateSegmentPolicy',
  32,
  'request',
  {
    requestId: i64,
    segment: utf,
    targetRate: i32,
    scaleType: i8,
    delegationToken: utf,
  },
)
