import type { ReadSegment } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import {
  illegalArgument,
  noSuchSegment,
  operationUnsupported,
  segmentIsSealed,
  segmentIsTruncated,
} from '../failures.ts'
import type { StreamSegment, WakeReason } from '../stream-segment.ts'

const MIN_READ_BYTES = 8
const MAX_READ_BYTES = 2 * 1024 * 1024

/**
 * Answers what there is at an offset. At the end of an open segment, or behind it, the read waits until there is
 * something, however long that takes. All replies name the offset that was asked for.
 */
export function readSegment(request: ReadSegment, conversation: Conversation): void {
  const { offset, requestId, segment } = request
  const found = conversation.catalog.find(segment)
  if (found === undefined) {
    conversation.reply(noSuchSegment(requestId, segment, offset))
  } else if (found.kind === 'table') {
    conversation.reply(operationUnsupported(requestId, 'readSegment'))
  } else if (offset < 0n) {
    conversation.reply(illegalArgument(requestId, segment, `the read offset ${offset} is negative`))
  } else if (offset < found.stored.startOffset) {
    conversation.reply(segmentIsTruncated(requestId, segment, found.stored.startOffset, offset))
  } else if (offset < found.readableLength) {
    replyData(request, conversation, found)
  } else if (!found.stored.isSealed || found.readableLength < found.stored.length) {
    waitForData(request, conversation, found)
  } else if (offset === found.stored.length) {
    conversation.replyRead({ segment, offset, atTail: false, endOfSegment: true, requestId }, [])
  } else {
    const end = found.stored.length
    conversation.reply(
      illegalArgument(requestId, segment, `the read offset ${offset} is beyond the end ${end} of the sealed segment`),
    )
  }
}

function replyData(request: ReadSegment, conversation: Conversation, found: StreamSegment): void {
  const maxBytes = Math.min(MAX_READ_BYTES, Math.max(MIN_READ_BYTES, request.suggestedLength))
  conversation.lookUp(
    request,
    () => found.read(request.offset, maxBytes),
    views => {
      // Truncated or deleted while it was read: then there is another answer.
      if (views.length > 0) replyViews(request, conversation, found, views)
      else readSegment(request, conversation)
    },
  )
}

function replyViews(
  { offset, requestId, segment }: ReadSegment,
  conversation: Conversation,
  found: StreamSegment,
  views: readonly Uint8Array[],
): void {
  const bytes = views.reduce((sum, view) => sum + view.byteLength, 0)
  const atEnd = offset + BigInt(bytes) === found.stored.length
  const endOfSegment = atEnd && found.stored.isSealed
  conversation.replyRead({ segment, offset, atTail: atEnd && !endOfSegment, endOfSegment, requestId }, views)
}

function waitForData(request: ReadSegment, conversation: Conversation, found: StreamSegment): void {
  const { offset, requestId, segment } = request
  const wake = (reason: WakeReason): void => {
    callOff()
    switch (reason) {
      case 'data':
        // Looks again, because by the time the peer takes it the segment may have changed once more.
        conversation.whenSent(() => readSegment(request, conversation))
        return
      case 'sealed':
        conversation.reply(segmentIsSealed(requestId, segment, offset))
        return
      case 'deleted':
        conversation.replyRead({ segment, offset, atTail: true, endOfSegment: false, requestId }, [])
        return
    }
  }
  let endWait = (): void => {}
  // First, because it may refuse.
  const callOff = conversation.waitFor(() => endWait())
  endWait = found.wait(offset, wake)
}
