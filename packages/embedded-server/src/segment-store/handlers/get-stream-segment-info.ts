import type { GetStreamSegmentInfo } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { noSuchSegment } from '../failures.ts'

/** Works on table segments too. */
export function getStreamSegmentInfo(request: GetStreamSegmentInfo, conversation: Conversation): void {
  const { requestId, segmentName } = request
  const segment = conversation.catalog.find(segmentName)
  if (segment === undefined) {
    conversation.reply(noSuchSegment(requestId, segmentName))
    return
  }
  const { isSealed, lastModified, length, startOffset } = segment.stored
  conversation.reply({
    command: 'StreamSegmentInfo',
    requestId,
    segmentName,
    exists: true,
    isSealed,
    isDeleted: false,
    lastModified: BigInt(lastModified),
    writeOffset: length,
    startOffset,
  })
}
