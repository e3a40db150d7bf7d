import type { AppendBlockEnd } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'

/** Carries out an append, with the block before it if there was one. */
export function appendBlockEnd(request: AppendBlockEnd, conversation: Conversation): void {
  const append = conversation.writers.assemble(request)
  if (append !== undefined) conversation.writers.append(append)
}
