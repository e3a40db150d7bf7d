import type { RemoveTableKeys } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { tableFailure } from '../failures.ts'
import { findTable } from '../find-table.ts'

/** Removes all keys or none; a missing key without a version is removed already. */
export function removeTableKeys(request: RemoveTableKeys, conversation: Conversation): void {
  const { keys, requestId, segment, tableSegmentOffset } = request
  const table = findTable(conversation, requestId, segment)
  if (table === undefined) return
  const refusal = table.remove(keys, tableSegmentOffset)
  conversation.reply(
    refusal === undefined
      ? { command: 'TableKeysRemoved', requestId, segment }
      : tableFailure(refusal, request, 'removeTableKeys'),
  )
}
