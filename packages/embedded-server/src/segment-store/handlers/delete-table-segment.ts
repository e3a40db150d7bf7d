import type { DeleteTableSegment } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { operationUnsupported } from '../failures.ts'
import { findTable } from '../find-table.ts'

/** Deletes a table; on condition that it is empty only if its keys are of any length. */
export function deleteTableSegment(request: DeleteTableSegment, conversation: Conversation): void {
  const { mustBeEmpty, requestId, segment } = request
  const table = findTable(conversation, requestId, segment)
  if (table === undefined) return
  if (mustBeEmpty && table.stored.keyLength > 0) {
    conversation.reply(operationUnsupported(requestId, 'deleteTableSegment'))
  } else if (mustBeEmpty && table.stored.entryCount > 0) {
    conversation.reply({ command: 'TableSegmentNotEmpty', requestId, segment, serverStackTrace: '' })
  } else {
    conversation.catalog.remove(segment)
    conversation.reply({ command: 'SegmentDeleted', requestId, segment })
  }
}
