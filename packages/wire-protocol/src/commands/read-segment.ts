import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i32, i64, since, utf } from '../codec/fields.ts'

/**
 * Asks for data from an offset on; at the tail of an open segment the server answers when data arrives, without a
 * time limit. Answered by SegmentRead, or by NoSuchSegment, SegmentIsTruncated, SegmentIsSealed. Request, type 9.
 */
export interface ReadSegment {
  readonly command: 'ReadSegment'
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  readonly offset: bigint
  /** Most bytes wanted; servers clamp it to 8..2 097 152. */
  readonly suggestedLength: number
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
}

export const readSegment: CommandCodec<ReadSegment> = defineCommand('ReadSegment', 9, 'request', {
  segment: utf,
  offset: i64,
  suggestedLength: i32,
  delegationToken: utf,
  requestId: since(8, i64, -1n),
})
