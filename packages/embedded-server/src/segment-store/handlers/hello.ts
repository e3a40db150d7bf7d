import { type Hello, WIRE_VERSION } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'

/** Answers with the versions of this server, and closes if the peer has none of them. */
export function hello(request: Hello, conversation: Conversation): void {
  conversation.reply({ command: 'Hello', highVersion: WIRE_VERSION.high, lowVersion: WIRE_VERSION.low })
  if (request.lowVersion > WIRE_VERSION.high || request.highVersion < WIRE_VERSION.low) {
    conversation.end(`the peer speaks wire versions ${request.lowVersion} to ${request.highVersion}`)
  }
}
