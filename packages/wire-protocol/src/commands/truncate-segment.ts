import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/**
 * Drops the data in front of an offset. Answered by SegmentTruncated, NoSuchSegment, or SegmentIsTruncated when the
 * offset lies outside of the segment. Request, type 38.
 */
export interface TruncateSegment {
  readonly command: 'TruncateSegment'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** First offset that stays readable. */
  readonly truncationOffset: bigint
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const truncateSegment: CommandCodec<TruncateSegment> = defineCommand('TruncateSegment', 38, 'request', {
  requestId: i64,
  segment: utf,
  truncationOffset: i64,
  delegationToken: utf,
})
