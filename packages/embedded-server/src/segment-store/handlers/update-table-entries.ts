import type { UpdateTableEntries } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { tableFailure } from '../failures.ts'
import { findTable } from '../find-table.ts'

/** Puts all entries or none. */
export function updateTableEntries(request: UpdateTableEntries, conversation: Conversation): void {
  const { requestId, segment, tableEntries, tableSegmentOffset } = request
  const table = findTable(conversation, requestId, segment)
  if (table === undefined) return
  const outcome = table.update(tableEntries, tableSegmentOffset)
  conversation.reply(
    'refused' in outcome
      ? tableFailure(outcome, request, 'updateTableEntries')
      : { command: 'TableEntriesUpdated', requestId, updatedVersions: outcome },
  )
}
