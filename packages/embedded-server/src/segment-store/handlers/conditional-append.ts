import type { ConditionalAppend } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'

/** Appends one event with its header if the segment has the expected length. */
export function conditionalAppend(request: ConditionalAppend, conversation: Conversation): void {
  const append = conversation.writers.assemble(request)
  if (append !== undefined) conversation.writers.append(append)
}
