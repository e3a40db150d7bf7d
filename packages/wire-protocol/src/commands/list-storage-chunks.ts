import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/**
 * Lists the chunks of a segment in long-term storage. Only the admin gateway answers; other ports drop the
 * connection. Request, type -5, since wire version 15.
 */
export interface ListStorageChunks {
  readonly command: 'ListStorageChunks'
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
}

export const listStorageChunks: CommandCodec<ListStorageChunks> = defineCommand('ListStorageChunks', -5, 'request', {
  segment: utf,
  delegationToken: utf,
  requestId: i64,
})
