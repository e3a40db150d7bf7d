import type { UpdateSegmentPolicy } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { noSuchSegment, segmentIsSealed } from '../failures.ts'

/** Keeps the scaling policy; nothing here scales by it. */
export function updateSegmentPolicy(request: UpdateSegmentPolicy, conversation: Conversation): void {
  const { requestId, scaleType, segment, targetRate } = request
  switch (conversation.catalog.setPolicy(segment, { scaleType, targetRate })) {
    case 'updated':
      conversation.reply({ command: 'SegmentPolicyUpdated', requestId, segment })
      return
    case 'sealed':
      conversation.reply(segmentIsSealed(requestId, segment))
      return
    case 'missing':
      conversation.reply(noSuchSegment(requestId, segment))
      return
  }
}
