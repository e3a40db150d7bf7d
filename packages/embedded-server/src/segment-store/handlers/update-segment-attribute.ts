import type { UpdateSegmentAttribute } from '@pravega-ts/wire-protocol'
import { compareAndSet } from '../attributes.ts'
import type { Conversation } from '../conversation.ts'
import { noSuchSegment, segmentIsSealed } from '../failures.ts'

/** Compares and sets an attribute; -2^63 stands for unset on both sides. */
export function updateSegmentAttribute(request: UpdateSegmentAttribute, conversation: Conversation): void {
  const { attributeId, expectedValue, newValue, requestId, segmentName } = request
  const segment = conversation.catalog.find(segmentName)
  if (segment === undefined) {
    conversation.reply(noSuchSegment(requestId, segmentName))
    return
  }
  const outcome = compareAndSet(segment.stored, attributeId, expectedValue, newValue)
  conversation.reply(
    outcome === 'sealed'
      ? segmentIsSealed(requestId, segmentName)
      : { command: 'SegmentAttributeUpdated', requestId, success: outcome === 'updated' },
  )
}
