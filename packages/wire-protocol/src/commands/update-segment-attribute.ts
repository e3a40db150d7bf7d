import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf, uuid } from '../codec/fields.ts'

/**
 * Sets an attribute if it holds the expected value. Answered by SegmentAttributeUpdated, SegmentIsSealed or
 * NoSuchSegment. Request, type 36.
 */
export interface UpdateSegmentAttribute {
  readonly command: 'UpdateSegmentAttribute'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segmentName: string
  readonly attributeId: string
  /** -2^63 removes the value. */
  readonly newValue: bigint
  /** -2^63 = must be unset. */
  readonly expectedValue: bigint
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const updateSegmentAttribute: CommandCodec<UpdateSegmentAttribute> = defineCommand(
  'UpdateSegmentAttribute',
  36,
  'request',
  {
    requestId: i64,
    segmentName: utf,
    attributeId: uuid,
    newValue: i64,
    expectedValue: i64,
    delegationToken: utf,
  },
)
