import type { GetSegmentAttribute } from '@pravega-ts/wire-protocol'
import { UNSET } from '../attributes.ts'
import type { Conversation } from '../conversation.ts'
import { noSuchSegment } from '../failures.ts'

/** Answers the true value, also where Pravega 0.13 forgets it after a while; -2^63 is unset. */
export function getSegmentAttribute(request: GetSegmentAttribute, conversation: Conversation): void {
  const { attributeId, requestId, segmentName } = request
  const segment = conversation.catalog.find(segmentName)
  conversation.reply(
    segment === undefined
      ? noSuchSegment(requestId, segmentName)
      : { command: 'SegmentAttribute', requestId, value: segment.stored.attribute(attributeId) ?? UNSET },
  )
}
