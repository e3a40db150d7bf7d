import type { ReadTable } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { tableFailure } from '../failures.ts'
import { findTable } from '../find-table.ts'

/** Answers one entry for each key, in order. */
export function readTable(request: ReadTable, conversation: Conversation): void {
  const { keys, requestId, segment } = request
  const table = findTable(conversation, requestId, segment)
  if (table === undefined) return
  const outcome = table.read(keys)
  conversation.reply(
    'refused' in outcome
      ? tableFailure(outcome, request, 'readTable')
      : { command: 'TableRead', requestId, segment, entries: outcome },
  )
}
