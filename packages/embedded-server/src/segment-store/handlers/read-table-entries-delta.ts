import type { ReadTableEntriesDelta } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { tableFailure } from '../failures.ts'
import { findTable } from '../find-table.ts'
import { wireEntry } from '../table-segment.ts'

/** Answers the entries that were put since a position. `shouldClear` is never set: nothing is compacted away here. */
export function readTableEntriesDelta(request: ReadTableEntriesDelta, conversation: Conversation): void {
  const { fromPosition, requestId, segment, suggestedEntryCount } = request
  const table = findTable(conversation, requestId, segment)
  if (table === undefined) return
  const delta = table.delta(fromPosition, suggestedEntryCount)
  conversation.reply(
    'refused' in delta
      ? tableFailure(delta, request, 'readTableEntriesDelta')
      : {
          command: 'TableEntriesDeltaRead',
          requestId,
          segment,
          entries: delta.entries.map(wireEntry),
          shouldClear: false,
          reachedEnd: delta.reachedEnd,
          lastPosition: delta.lastPosition,
        },
  )
}
