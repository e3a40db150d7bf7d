import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Retired after wire version 11; newer servers drop the connection. Request, type 72, since wire version 8. */
export interface MergeTableSegments {
  readonly command: 'MergeTableSegments'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  readonly target: string
  readonly source: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const mergeTableSegments: CommandCodec<MergeTableSegments> = defineCommand('MergeTableSegments', 72, 'request', {
  requestId: i64,
  target: utf,
  source: utf,
  delegationToken: utf,
})
