import type { ReadTableEntries } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { tableFailure } from '../failures.ts'
import { findTable } from '../find-table.ts'
import { wireEntry } from '../table-segment.ts'

/** Answers one page of entries. The prefix filter is ignored, as by Pravega since 0.10. */
export function readTableEntries(request: ReadTableEntries, conversation: Conversation): void {
  const { continuationToken: token, fromKey: from, requestId, segment, suggestedEntryCount, toKey: to } = request
  const table = findTable(conversation, requestId, segment)
  if (table === undefined) return
  const page = table.page(suggestedEntryCount, { token, from, to }, true)
  conversation.reply(
    'refused' in page
      ? tableFailure(page, request, 'readTableEntries')
      : {
          command: 'TableEntriesRead',
          requestId,
          segment,
          entries: page.entries.map(wireEntry),
          continuationToken: page.token,
        },
  )
}
