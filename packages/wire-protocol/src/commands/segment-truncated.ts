import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Answers {@link TruncateSegment}. Reply, type 39. */
export interface SegmentTruncated {
  readonly command: 'SegmentTruncated'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
}

export const segmentTruncated: CommandCodec<SegmentTruncated> = defineCommand('SegmentTruncated', 39, 'reply', {
  requestId: i64,
  segment: utf,
})
