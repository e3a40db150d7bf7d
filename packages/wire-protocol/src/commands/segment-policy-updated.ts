import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Answers {@link UpdateSegmentPolicy}. Reply, type 33. */
export interface SegmentPolicyUpdated {
  readonly command: 'SegmentPolicyUpdated'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
}

export const segmentPolicyUpdated: CommandCodec<SegmentPolicyUpdated> = defineCommand(
  'SegmentPolicyUpdated',
  33,
  'reply',
  {
    requestId: i64,
    segment: utf,
  },
)
