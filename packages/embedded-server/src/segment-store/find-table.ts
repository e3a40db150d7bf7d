import type { Reply } from '@pravega-ts/wire-protocol'
import type { Conversation, LookUp } from './conversation.ts'
import { noSuchSegment, tableFailure } from './failures.ts'
import type { TableRefusal, TableSegment } from './table-segment.ts'
import { violation } from './violation.ts'

/**
 * The table a request is about; if there is no such segment, says so and returns undefined.
 * @throws PravegaError PROTOCOL_VIOLATION for a stream segment: a Pravega server drops the connection then.
 */
export function findTable(conversation: Conversation, requestId: bigint, name: string): TableSegment | undefined {
  const segment = conversation.catalog.find(name)
  if (segment === undefined) {
    conversation.reply(noSuchSegment(requestId, name))
    return undefined
  }
  if (segment.kind === 'stream') throw violation(`a table request for the stream segment ${name}`)
  return segment
}

/**
 * Replies with what is found in the table a request is about, or why not; it may have to be fetched. When the table is deleted meanwhile, as if
 * it had never been there.
 * @throws PravegaError PROTOCOL_VIOLATION for a stream segment.
 */
export function fetchFromTable<Found extends object>(
  conversation: Conversation,
  request: LookUp,
  operationName: string,
  find: (table: TableSegment) => Found | TableRefusal | Promise<Found | TableRefusal>,
  replyOf: (found: Found) => Reply,
): void {
  const { requestId, segment } = request
  const table = findTable(conversation, requestId, segment)
  if (table === undefined) return
  conversation.lookUp<Found | TableRefusal>(
    request,
    () => find(table),
    found => {
      if (isRefusal(found)) conversation.reply(tableFailure(found, request, operationName))
      else if (conversation.catalog.find(segment) !== table) conversation.reply(noSuchSegment(requestId, segment))
      else conversation.reply(replyOf(found))
    },
  )
}

export function isRefusal(found: object): found is TableRefusal {
  return 'refused' in found
}
