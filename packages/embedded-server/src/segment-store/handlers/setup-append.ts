import type { SetupAppend } from '@pravega-ts/wire-protocol'
import { UNSET } from '../attributes.ts'
import type { Conversation } from '../conversation.ts'
import { noSuchSegment, operationUnsupported } from '../failures.ts'

/** Tells a writer what is stored of it. Sealed segments can be set up too; only the first append is refused. */
export function setupAppend(request: SetupAppend, conversation: Conversation): void {
  const { requestId, segment, writerId } = request
  const found = conversation.catalog.find(segment)
  if (found === undefined) {
    conversation.reply(noSuchSegment(requestId, segment))
    return
  }
  if (found.kind === 'table') {
    conversation.reply(operationUnsupported(requestId, 'setupAppend'))
    return
  }
  const lastEventNumber = found.stored.attribute(writerId) ?? UNSET
  conversation.writers.setUp(request, lastEventNumber)
  conversation.reply({ command: 'AppendSetup', requestId, segment, writerId, lastEventNumber })
}
