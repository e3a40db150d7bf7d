import type { ReadTableEntriesDelta } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { fetchFromTable } from '../find-table.ts'
import { type TableDelta, wireEntry } from '../table-segment.ts'

/** Answers the entries that were put since a position. `shouldClear` is never set: nothing is compacted away here. */
export function readTableEntriesDelta(request: ReadTableEntriesDelta, conversation: Conversation): void {
  const { fromPosition, requestId, segment, suggestedEntryCount } = request
  fetchFromTable<TableDelta>(
    conversation,
    request,
    'readTableEntriesDelta',
    table => table.delta(fromPosition, suggestedEntryCount),
    delta => ({
      command: 'TableEntriesDeltaRead',
      requestId,
      segment,
      entries: delta.entries.map(wireEntry),
      shouldClear: false,
      reachedEnd: delta.reachedEnd,
      lastPosition: delta.lastPosition,
    }),
  )
}
