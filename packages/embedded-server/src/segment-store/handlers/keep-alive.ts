import type { KeepAlive } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'

/** Echoed. */
export function keepAlive(request: KeepAlive, conversation: Conversation): void {
  conversation.reply(request)
}
