import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** A key has another version than the request said. Failure reply, type 82, since wire version 8. */
export interface TableKeyBadVersion {
  readonly command: 'TableKeyBadVersion'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
}

export const tableKeyBadVersion: CommandCodec<TableKeyBadVersion> = defineCommand('TableKeyBadVersion', 82, 'failure', {
  requestId: i64,
  segment: utf,
  serverStackTrace: utf,
})
