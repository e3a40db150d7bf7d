import type { ConditionalBlockEnd } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'

/** Appends raw bytes if the segment has the expected length. */
export function conditionalBlockEnd(request: ConditionalBlockEnd, conversation: Conversation): void {
  const append = conversation.writers.assemble(request)
  if (append !== undefined) conversation.writers.append(append)
}
