import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf, uuid } from '../codec/fields.ts'

/** Reads an attribute. Answered by SegmentAttribute or NoSuchSegment. Request, type 34. */
export interface GetSegmentAttribute {
  readonly command: 'GetSegmentAttribute'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segmentName: string
  readonly attributeId: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const getSegmentAttribute: CommandCodec<GetSegmentAttribute> = defineCommand(
  'GetSegmentAttribute',
  34,
  'request',
  {
    requestId: i64,
    segmentName: utf,
    attributeId: uuid,
    delegationToken: utf,
  },
)
