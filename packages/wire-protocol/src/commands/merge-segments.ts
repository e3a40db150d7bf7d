import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { type Field, i8, i64, list, record, since, utf, uuid } from '../codec/fields.ts'

/** A condition on an attribute of the merge target, and the value it gets. */
export interface AttributeUpdate {
  /** UUID of the attribute. */
  readonly attributeId: string
  /** 0 only if unset, 1 replace, 2 if greater, 3 add, 4 if equal to `oldValue`; 1 and 4 are meant for the wire. */
  readonly attributeUpdateType: number
  readonly newValue: bigint
  /** What the attribute must hold for type 4; -2^63 = unset. */
  readonly oldValue: bigint
}

const attributeUpdate: Field<AttributeUpdate> = record({
  attributeId: uuid,
  attributeUpdateType: i8,
  newValue: i64,
  oldValue: i64,
})

/**
 * Appends a segment to another and deletes it; the server seals it first. Answered by SegmentsMerged, NoSuchSegment,
 * SegmentIsSealed (both naming the source), or SegmentAttributeUpdated(false) when a condition failed. Request, type
 * 58.
 */
export interface MergeSegments {
  readonly command: 'MergeSegments'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  readonly target: string
  readonly source: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  readonly attributeUpdates: readonly AttributeUpdate[]
}

export const mergeSegments: CommandCodec<MergeSegments> = defineCommand('MergeSegments', 58, 'request', {
  requestId: i64,
  target: utf,
  source: utf,
  delegationToken: utf,
  attributeUpdates: since(13, list(attributeUpdate), []),
})
