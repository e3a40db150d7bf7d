import type { ReadTableKeys } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { tableFailure } from '../failures.ts'
import { findTable } from '../find-table.ts'

/** Answers one page of keys with their versions. The prefix filter is ignored, as by Pravega since 0.10. */
export function readTableKeys(request: ReadTableKeys, conversation: Conversation): void {
  const { continuationToken: token, fromKey: from, requestId, segment, suggestedKeyCount, toKey: to } = request
  const table = findTable(conversation, requestId, segment)
  if (table === undefined) return
  const page = table.page(suggestedKeyCount, { token, from, to }, false)
  conversation.reply(
    'refused' in page
      ? tableFailure(page, request, 'readTableKeys')
      : {
          command: 'TableKeysRead',
          requestId,
          segment,
          keys: page.entries.map(({ key, version }) => ({ data: key, keyVersion: version })),
          continuationToken: page.token,
        },
  )
}
