import type { Conversation } from './conversation.ts'
import { noSuchSegment } from './failures.ts'
import type { TableSegment } from './table-segment.ts'
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
