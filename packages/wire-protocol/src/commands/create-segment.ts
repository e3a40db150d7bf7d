import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i8, i32, i64, since, utf } from '../codec/fields.ts'

/** Creates a segment of any name. Answered by SegmentCreated or SegmentAlreadyExists. Request, type 20. */
export interface CreateSegment {
  readonly command: 'CreateSegment'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Rate of the scaling policy; not validated by servers. */
  readonly targetRate: number
  /** 0 no scaling, 1 kilobytes a second, 2 events a second. */
  readonly scaleType: number
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  /** Size of a file in long-term storage; 0 = the server's default. */
  readonly rolloverSizeBytes: bigint
}

export const createSegment: CommandCodec<CreateSegment> = defineCommand('CreateSegment', 20, 'request', {
  requestId: i64,
  segment: utf,
  targetRate: i32,
  scaleType: i8,
  delegationToken: utf,
  rolloverSizeBytes: since(14, i64, 0n),
})
