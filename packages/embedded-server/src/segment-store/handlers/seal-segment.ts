import type { SealSegment } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { noSuchSegment, segmentIsSealed } from '../failures.ts'

/** Ends a segment; reads that wait at its end learn it. */
export function sealSegment(request: SealSegment, conversation: Conversation): void {
  const { requestId, segment } = request
  switch (conversation.catalog.seal(segment)) {
    case 'sealed':
      conversation.reply({ command: 'SegmentSealed', requestId, segment })
      return
    case 'alreadySealed':
      conversation.reply(segmentIsSealed(requestId, segment))
      return
    case 'missing':
      conversation.reply(noSuchSegment(requestId, segment))
      return
  }
}
