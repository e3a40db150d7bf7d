import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Answers {@link CreateSegment}, {@link CreateTransientSegment} and {@link CreateTableSegment}. Reply, type 21. */
export interface SegmentCreated {
  readonly command: 'SegmentCreated'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Name of the new segment; made up by the server for a transient one. */
  readonly segment: string
}

export const segmentCreated: CommandCodec<SegmentCreated> = defineCommand('SegmentCreated', 21, 'reply', {
  requestId: i64,
  segment: utf,
})
