import type { MergeSegments } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { noSuchSegment, segmentIsSealed } from '../failures.ts'

/** Merges one segment into another. Failures name the source, whichever segment is at fault; a failed condition is answered
 * like a failed attribute update. */
export function mergeSegments(request: MergeSegments, conversation: Conversation): void {
  const { attributeUpdates, requestId, source, target } = request
  const merge = conversation.catalog.merge(target, source, attributeUpdates)
  switch (merge.outcome) {
    case 'merged':
      conversation.reply({ command: 'SegmentsMerged', requestId, target, source, newTargetWriteOffset: merge.length })
      return
    case 'missingSource':
    case 'missingTarget':
      conversation.reply(noSuchSegment(requestId, source))
      return
    case 'sealed':
      conversation.reply(segmentIsSealed(requestId, source))
      return
    case 'conditionFailed':
      conversation.reply({ command: 'SegmentAttributeUpdated', requestId, success: false })
      return
  }
}
