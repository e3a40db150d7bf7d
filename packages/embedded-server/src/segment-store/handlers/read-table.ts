import type { ReadTable, Reply, TableEntry } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { tableFailure } from '../failures.ts'
import { fetchFromTable, findTable, isRefusal } from '../find-table.ts'

/** So many keys are looked up in their turn; with more, others get theirs meanwhile. */
const READ_AT_ONCE = 1000

/** Answers one entry for each key, in order. */
export function readTable(request: ReadTable, conversation: Conversation): void {
  const { keys, requestId, segment } = request
  const replyOf = (entries: readonly TableEntry[]): Reply => ({ command: 'TableRead', requestId, segment, entries })
  if (keys.length > READ_AT_ONCE) {
    fetchFromTable(conversation, request, 'readTable', table => table.readInParts(keys, READ_AT_ONCE), replyOf)
    return
  }
  const table = findTable(conversation, requestId, segment)
  if (table === undefined) return
  const outcome = table.read(keys)
  conversation.reply(isRefusal(outcome) ? tableFailure(outcome, request, 'readTable') : replyOf(outcome))
}
