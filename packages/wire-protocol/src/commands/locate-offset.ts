import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/**
 * Asks for the nearest indexed offset at or after another one. In no release; a 0.13.0 server drops the connection.
 * Request, type 41, since wire version 17.
 */
export interface LocateOffset {
  readonly command: 'LocateOffset'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  readonly targetOffset: bigint
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const locateOffset: CommandCodec<LocateOffset> = defineCommand('LocateOffset', 41, 'request', {
  requestId: i64,
  segment: utf,
  targetOffset: i64,
  delegationToken: utf,
})
