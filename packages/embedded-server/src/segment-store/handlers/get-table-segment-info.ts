import type { GetTableSegmentInfo } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { findTable } from '../find-table.ts'

/** Counts the entries of all tables, also of those with keys of one length, where Pravega 0.13 says 0. */
export function getTableSegmentInfo(request: GetTableSegmentInfo, conversation: Conversation): void {
  const { requestId, segmentName } = request
  const table = findTable(conversation, requestId, segmentName)
  if (table === undefined) return
  const { entryCount, keyLength, length, startOffset } = table.stored
  conversation.reply({
    command: 'TableSegmentInfo',
    requestId,
    segmentName,
    startOffset,
    length,
    entryCount: BigInt(entryCount),
    keyLength,
  })
}
