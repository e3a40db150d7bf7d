import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bool, i64 } from '../codec/fields.ts'

/**
 * Answers {@link UpdateSegmentAttribute}, and {@link MergeSegments} when a condition on an attribute failed. Reply,
 * type 37.
 */
export interface SegmentAttributeUpdated {
  readonly command: 'SegmentAttributeUpdated'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** False when the value was not the expected one. */
  readonly success: boolean
}

export const segmentAttributeUpdated: CommandCodec<SegmentAttributeUpdated> = defineCommand(
  'SegmentAttributeUpdated',
  37,
  'reply',
  {
    requestId: i64,
    success: bool,
  },
)
