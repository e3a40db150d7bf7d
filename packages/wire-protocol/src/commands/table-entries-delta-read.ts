import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bool, i64, list, utf } from '../codec/fields.ts'
import { type TableEntry, tableEntry } from '../codec/table-fields.ts'

/** Answers {@link ReadTableEntriesDelta}. Removals are not reported. Reply, type 87, since wire version 10. */
export interface TableEntriesDeltaRead {
  readonly command: 'TableEntriesDeltaRead'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  readonly entries: readonly TableEntry[]
  /** What the caller holds is older than the table remembers: start over. */
  readonly shouldClear: boolean
  /** There is nothing newer now. */
  readonly reachedEnd: boolean
  /** Where to go on; 0 when there was nothing new. */
  readonly lastPosition: bigint
}

export const tableEntriesDeltaRead: CommandCodec<TableEntriesDeltaRead> = defineCommand(
  'TableEntriesDeltaRead',
  87,
  'reply',
  {
    requestId: i64,
    segment: utf,
    entries: list(tableEntry),
    shouldClear: bool,
    reachedEnd: bool,
    lastPosition: i64,
  },
)
