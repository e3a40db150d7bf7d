import type { TruncateSegment } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { noSuchSegment, operationUnsupported, segmentIsTruncated } from '../failures.ts'
import { violation } from '../violation.ts'

/** Valid offsets are those from the start to the length, both inclusive; all others get the same failure. */
export function truncateSegment(request: TruncateSegment, conversation: Conversation): void {
  const { requestId, segment, truncationOffset } = request
  if (truncationOffset < 0n) throw violation(`the truncation offset ${truncationOffset}`)
  const found = conversation.catalog.find(segment)
  if (found === undefined) {
    conversation.reply(noSuchSegment(requestId, segment, truncationOffset))
  } else if (found.kind === 'table') {
    conversation.reply(operationUnsupported(requestId, 'truncateSegment'))
  } else if (found.truncate(truncationOffset) === 'truncated') {
    conversation.reply({ command: 'SegmentTruncated', requestId, segment })
  } else {
    conversation.reply(segmentIsTruncated(requestId, segment, found.stored.startOffset, truncationOffset))
  }
}
