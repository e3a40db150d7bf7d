import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Answers {@link DeleteSegment} and {@link DeleteTableSegment}. Reply, type 31. */
export interface SegmentDeleted {
  readonly command: 'SegmentDeleted'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
}

export const segmentDeleted: CommandCodec<SegmentDeleted> = defineCommand('SegmentDeleted', 31, 'reply', {
  requestId: i64,
  segment: utf,
})
