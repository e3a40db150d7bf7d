import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, list, utf } from '../codec/fields.ts'
import { type TableKey, tableKey } from '../codec/table-fields.ts'

/** Asks for the values of keys. Answered by TableRead or NoSuchSegment. Request, type 78, since wire version 8. */
export interface ReadTable {
  readonly command: 'ReadTable'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  readonly keys: readonly TableKey[]
}

export const readTable: CommandCodec<ReadTable> = defineCommand('ReadTable', 78, 'request', {
  requestId: i64,
  segment: utf,
  delegationToken: utf,
  keys: list(tableKey),
})
