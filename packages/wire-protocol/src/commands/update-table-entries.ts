import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, list, since, utf } from '../codec/fields.ts'
import { type TableEntry, tableEntry } from '../codec/table-fields.ts'

/**
 * Puts entries into a table, all or none. Answered by TableEntriesUpdated, or by TableKeyBadVersion,
 * TableKeyDoesNotExist, SegmentIsTruncated, ErrorMessage. Request, type 74, since wire version 8.
 */
export interface UpdateTableEntries {
  readonly command: 'UpdateTableEntries'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  readonly tableEntries: readonly TableEntry[]
  /** Length that the table must have; -1 = any. */
  readonly tableSegmentOffset: bigint
}

export const updateTableEntries: CommandCodec<UpdateTableEntries> = defineCommand('UpdateTableEntries', 74, 'request', {
  requestId: i64,
  segment: utf,
  delegationToken: utf,
  tableEntries: list(tableEntry),
  tableSegmentOffset: since(10, i64, -1n),
})
