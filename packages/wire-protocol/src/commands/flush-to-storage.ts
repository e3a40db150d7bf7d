import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i32, i64, utf } from '../codec/fields.ts'

/**
 * Moves everything of a container to long-term storage. Only the admin gateway answers; other ports drop the
 * connection. Request, type -3, since wire version 14.
 */
export interface FlushToStorage {
  readonly command: 'FlushToStorage'
  readonly containerId: number
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
}

export const flushToStorage: CommandCodec<FlushToStorage> = defineCommand('FlushToStorage', -3, 'request', {
  containerId: i32,
  delegationToken: utf,
  requestId: i64,
})
