import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, list } from '../codec/fields.ts'

/** Answers {@link UpdateTableEntries}. Reply, type 75, since wire version 8. */
export interface TableEntriesUpdated {
  readonly command: 'TableEntriesUpdated'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** New version of each entry, in the order of the request. */
  readonly updatedVersions: readonly bigint[]
}

export const tableEntriesUpdated: CommandCodec<TableEntriesUpdated> = defineCommand(
  'TableEntriesUpdated',
  75,
  'reply',
  {
    requestId: i64,
    updatedVersions: list(i64),
  },
)
