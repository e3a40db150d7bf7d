import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { type Field, i64, list, record, utf } from '../codec/fields.ts'

/** One source of a batch merge. */
export interface MergedSegment {
  /** Qualified name of the merged segment. */
  readonly source: string
  /** Length in bytes of the target after this source. */
  readonly newTargetWriteOffset: bigint
}

const mergedSegment: Field<MergedSegment> = record({
  source: utf,
  newTargetWriteOffset: i64,
})

/** Answers {@link MergeSegmentsBatch}. Reply, type 91, since wire version 15. */
export interface SegmentsBatchMerged {
  readonly command: 'SegmentsBatchMerged'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  readonly target: string
  readonly merged: readonly MergedSegment[]
}

export const segmentsBatchMerged: CommandCodec<SegmentsBatchMerged> = defineCommand(
  'SegmentsBatchMerged',
  91,
  'reply',
  {
    requestId: i64,
    target: utf,
    merged: list(mergedSegment),
  },
)
