import type { CreateTransientSegment } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'

/** Makes a segment for the parts of a large event. It goes away with the connection, unless it was merged before. */
export function createTransientSegment(request: CreateTransientSegment, conversation: Conversation): void {
  const { parentSegment, requestId, writerId } = request
  const segment = conversation.catalog.addTransient(parentSegment, writerId)
  conversation.onGone(() => conversation.catalog.remove(segment))
  conversation.reply({ command: 'SegmentCreated', requestId, segment })
}
