import type { DeleteSegment } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { noSuchSegment } from '../failures.ts'

/** Deletes a segment of either kind, with its attributes. */
export function deleteSegment(request: DeleteSegment, conversation: Conversation): void {
  const { requestId, segment } = request
  conversation.reply(
    conversation.catalog.remove(segment) === 'deleted'
      ? { command: 'SegmentDeleted', requestId, segment }
      : noSuchSegment(requestId, segment),
  )
}
