import type { AppendBlock } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'

/** Keeps the block until the AppendBlockEnd that completes it. */
export function appendBlock(request: AppendBlock, conversation: Conversation): void {
  conversation.writers.assemble(request)
}
