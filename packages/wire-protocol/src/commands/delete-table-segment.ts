import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bool, i64, utf } from '../codec/fields.ts'

/**
 * Deletes a table. Answered by SegmentDeleted, TableSegmentNotEmpty or NoSuchSegment. Request, type 71, since wire
 * version 8.
 */
export interface DeleteTableSegment {
  readonly command: 'DeleteTableSegment'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Refuse when there are entries; not supported for fixed-length keys. */
  readonly mustBeEmpty: boolean
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const deleteTableSegment: CommandCodec<DeleteTableSegment> = defineCommand('DeleteTableSegment', 71, 'request', {
  requestId: i64,
  segment: utf,
  mustBeEmpty: bool,
  delegationToken: utf,
})
