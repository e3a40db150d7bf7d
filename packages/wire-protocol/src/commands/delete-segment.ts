import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Deletes a segment with its attributes. Answered by SegmentDeleted or NoSuchSegment. Request, type 30. */
export interface DeleteSegment {
  readonly command: 'DeleteSegment'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const deleteSegment: CommandCodec<DeleteSegment> = defineCommand('DeleteSegment', 30, 'request', {
  requestId: i64,
  segment: utf,
  delegationToken: utf,
})
