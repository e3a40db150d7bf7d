import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, list, since, utf } from '../codec/fields.ts'
import { type TableKey, tableKey } from '../codec/table-fields.ts'

/**
 * Removes keys from a table, all or none. Answered by TableKeysRemoved, or by TableKeyBadVersion,
 * TableKeyDoesNotExist, SegmentIsTruncated, ErrorMessage. Request, type 76, since wire version 8.
 */
export interface RemoveTableKeys {
  readonly command: 'RemoveTableKeys'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  readonly keys: readonly TableKey[]
  /** Length that the table must have; -1 = any. */
  readonly tableSegmentOffset: bigint
}

export const removeTableKeys: CommandCodec<RemoveTableKeys> = defineCommand('RemoveTableKeys', 76, 'request', {
  requestId: i64,
  segment: utf,
  delegationToken: utf,
  keys: list(tableKey),
  tableSegmentOffset: since(10, i64, -1n),
})
