import type { MergedSegment, MergeSegmentsBatch } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { noSuchSegment, segmentIsSealed } from '../failures.ts'

/** Merges segments in list order. A source that does not exist counts as merged already; failures name the target, and the
 * sources before stay merged. */
export function mergeSegmentsBatch(request: MergeSegmentsBatch, conversation: Conversation): void {
  const { requestId, sourceSegmentIds, targetSegmentId: target } = request
  const found = conversation.catalog.find(target)
  if (found === undefined) {
    conversation.reply(noSuchSegment(requestId, target))
    return
  }
  const merged: MergedSegment[] = []
  for (const source of sourceSegmentIds) {
    const merge = conversation.catalog.merge(target, source, [])
    if (merge.outcome === 'sealed') {
      conversation.reply(segmentIsSealed(requestId, target))
      return
    }
    const length = merge.outcome === 'merged' ? merge.length : found.stored.length
    merged.push({ source, newTargetWriteOffset: length })
  }
  conversation.reply({ command: 'SegmentsBatchMerged', requestId, target, merged })
}
