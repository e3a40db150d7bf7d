import type { ReadTableEntries } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { fetchFromTable } from '../find-table.ts'
import { type TablePage, wireEntry } from '../table-segment.ts'

/** Answers one page of entries. The prefix filter is ignored, as by Pravega since 0.10. */
export function readTableEntries(request: ReadTableEntries, conversation: Conversation): void {
  const { continuationToken: token, fromKey: from, requestId, segment, suggestedEntryCount, toKey: to } = request
  fetchFromTable<TablePage>(
    conversation,
    request,
    'readTableEntries',
    table => table.page(suggestedEntryCount, { token, from, to }, true),
    page => ({
      command: 'TableEntriesRead',
      requestId,
      segment,
      entries: page.entries.map(wireEntry),
      continuationToken: page.token,
    }),
  )
}
