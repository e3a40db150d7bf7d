import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bytes, i64, list, utf } from '../codec/fields.ts'
import { type TableEntry, tableEntry } from '../codec/table-fields.ts'

/**
 * Answers {@link ReadTableEntries}. The iteration ends with a page that has no entries. Reply, type 86, since wire
 * version 8.
 */
export interface TableEntriesRead {
  readonly command: 'TableEntriesRead'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  readonly entries: readonly TableEntry[]
  readonly continuationToken: Uint8Array
}

export const tableEntriesRead: CommandCodec<TableEntriesRead> = defineCommand('TableEntriesRead', 86, 'reply', {
  requestId: i64,
  segment: utf,
  entries: list(tableEntry),
  continuationToken: bytes,
})
