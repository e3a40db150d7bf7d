import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf, uuid } from '../codec/fields.ts'

/**
 * Announces a writer on a segment and asks what it has written so far. Answered by AppendSetup, also on a sealed
 * segment. Request, type 1.
 */
export interface SetupAppend {
  readonly command: 'SetupAppend'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Random UUID of the writer. A connection keeps one segment for each writer id. */
  readonly writerId: string
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const setupAppend: CommandCodec<SetupAppend> = defineCommand('SetupAppend', 1, 'request', {
  requestId: i64,
  writerId: uuid,
  segment: utf,
  delegationToken: utf,
})
