import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i32, i64, utf } from '../codec/fields.ts'

/** Answers {@link GetTableSegmentInfo}. Reply, type 69, since wire version 12. */
export interface TableSegmentInfo {
  readonly command: 'TableSegmentInfo'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segmentName: string
  readonly startOffset: bigint
  /** Length in bytes of the table's log; what `tableSegmentOffset` is compared with. */
  readonly length: bigint
  /** Number of keys; stays 0 for tables of fixed-length keys. */
  readonly entryCount: bigint
  /** Length of all keys in bytes; 0 = variable. */
  readonly keyLength: number
}

export const tableSegmentInfo: CommandCodec<TableSegmentInfo> = defineCommand('TableSegmentInfo', 69, 'reply', {
  requestId: i64,
  segmentName: utf,
  startOffset: i64,
  length: i64,
  entryCount: i64,
  keyLength: i32,
})
