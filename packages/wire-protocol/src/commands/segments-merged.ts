import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, since, utf } from '../codec/fields.ts'

/** Answers {@link MergeSegments}. Reply, type 59. */
export interface SegmentsMerged {
  readonly command: 'SegmentsMerged'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  readonly target: string
  readonly source: string
  /** Length in bytes of the target after the merge. */
  readonly newTargetWriteOffset: bigint
}

export const segmentsMerged: CommandCodec<SegmentsMerged> = defineCommand('SegmentsMerged', 59, 'reply', {
  requestId: i64,
  target: utf,
  source: utf,
  newTargetWriteOffset: since(9, i64, -1n),
})
