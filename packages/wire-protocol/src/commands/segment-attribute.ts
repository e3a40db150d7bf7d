import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64 } from '../codec/fields.ts'

/** Answers {@link GetSegmentAttribute}. Reply, type 35. */
export interface SegmentAttribute {
  readonly command: 'SegmentAttribute'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** -2^63 when it is not set, or (observed on 0.13.0) not in the server's memory. */
  readonly value: bigint
}

export const segmentAttribute: CommandCodec<SegmentAttribute> = defineCommand('SegmentAttribute', 35, 'reply', {
  requestId: i64,
  value: i64,
})
