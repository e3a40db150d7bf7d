import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, list, utf } from '../codec/fields.ts'
import { type TableEntry, tableEntry } from '../codec/table-fields.ts'

/** Answers {@link ReadTable}. Reply, type 79, since wire version 8. */
export interface TableRead {
  readonly command: 'TableRead'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** One for each key, in order; a missing one has version -1 and an empty value. */
  readonly entries: readonly TableEntry[]
}

export const tableRead: CommandCodec<TableRead> = defineCommand('TableRead', 79, 'reply', {
  requestId: i64,
  segment: utf,
  entries: list(tableEntry),
})
