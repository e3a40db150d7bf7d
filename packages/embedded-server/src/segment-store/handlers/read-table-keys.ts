import type { ReadTableKeys } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { fetchFromTable } from '../find-table.ts'
import type { TablePage } from '../table-segment.ts'

/** Answers one page of keys with their versions. The prefix filter is ignored, as by Pravega since 0.10. */
export function readTableKeys(request: ReadTableKeys, conversation: Conversation): void {
  const { continuationToken: token, fromKey: from, requestId, segment, suggestedKeyCount, toKey: to } = request
  fetchFromTable<TablePage>(
    conversation,
    request,
    'readTableKeys',
    table => table.page(suggestedKeyCount, { token, from, to }, false),
    page => ({
      command: 'TableKeysRead',
      requestId,
      segment,
      keys: page.entries.map(({ key, version }) => ({ data: key, keyVersion: version })),
      continuationToken: page.token,
    }),
  )
}
