import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Retired after wire version 11; newer servers drop the connection. Request, type 73, since wire version 8. */
export interface SealTableSegment {
  readonly command: 'SealTableSegment'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const sealTableSegment: CommandCodec<SealTableSegment> = defineCommand('SealTableSegment', 73, 'request', {
  requestId: i64,
  segment: utf,
  delegationToken: utf,
})
