import type { CreateTableSegment } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { segmentAlreadyExists } from '../failures.ts'
import { violation } from '../violation.ts'

const MAX_KEY_LENGTH = 256

/** Makes a table with keys of any length (0 or less) or of one length (1 to 256 bytes). */
export function createTableSegment(request: CreateTableSegment, conversation: Conversation): void {
  const { keyLength, requestId, rolloverSizeBytes, segment } = request
  if (segment === '') throw violation('an empty segment name')
  if (keyLength > MAX_KEY_LENGTH) throw violation(`the key length ${keyLength}`)
  const outcome = conversation.catalog.addTable(segment, { keyLength, rolloverSizeBytes })
  conversation.reply(
    outcome === 'created'
      ? { command: 'SegmentCreated', requestId, segment }
      : segmentAlreadyExists(requestId, segment),
  )
}
