import type { CreateSegment } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { segmentAlreadyExists } from '../failures.ts'
import { violation } from '../violation.ts'

/** Makes any segment; its parent need not exist, and neither policy nor name are looked at, unless it is empty. */
export function createSegment(request: CreateSegment, conversation: Conversation): void {
  const { requestId, rolloverSizeBytes, scaleType, segment, targetRate } = request
  if (segment === '') throw violation('an empty segment name')
  const outcome = conversation.catalog.addStream(segment, { scaleType, targetRate, rolloverSizeBytes })
  conversation.reply(
    outcome === 'created'
      ? { command: 'SegmentCreated', requestId, segment }
      : segmentAlreadyExists(requestId, segment),
  )
}
