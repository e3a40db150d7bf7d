import type { CreateTransientSegment } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'

/** Makes a segment for the parts of a large event. It stays for a while when the connection has gone. */
export function createTransientSegment(request: CreateTransientSegment, conversation: Conversation): void {
  const { parentSegment, requestId, writerId } = request
  const segment = conversation.catalog.addTransient(parentSegment, writerId)
  conversation.onGone(() => conversation.catalog.abandonTransient(segment))
  conversation.reply({ command: 'SegmentCreated', requestId, segment })
}
