import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/**
 * Ends a segment: nothing can be appended any more. Answered by SegmentSealed, SegmentIsSealed when it was sealed
 * already, or NoSuchSegment. Request, type 28.
 */
export interface SealSegment {
  readonly command: 'SealSegment'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const sealSegment: CommandCodec<SealSegment> = defineCommand('SealSegment', 28, 'request', {
  requestId: i64,
  segment: utf,
  delegationToken: utf,
})
