import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, list, utf } from '../codec/fields.ts'

/**
 * Merges several segments into one, in order; a source that does not exist counts as merged. Answered by
 * SegmentsBatchMerged, NoSuchSegment or SegmentIsSealed (both naming the target). Request, type 90, since wire
 * version 15.
 */
export interface MergeSegmentsBatch {
  readonly command: 'MergeSegmentsBatch'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  readonly targetSegmentId: string
  readonly sourceSegmentIds: readonly string[]
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const mergeSegmentsBatch: CommandCodec<MergeSegmentsBatch> = defineCommand('MergeSegmentsBatch', 90, 'request', {
  requestId: i64,
  targetSegmentId: utf,
  sourceSegmentIds: list(utf),
  delegationToken: utf,
})
