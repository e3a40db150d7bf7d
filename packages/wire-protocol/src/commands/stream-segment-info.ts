import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bool, i64, since, utf } from '../codec/fields.ts'

/** Answers {@link GetStreamSegmentInfo}. Reply, type 12. */
export interface StreamSegmentInfo {
  readonly command: 'StreamSegmentInfo'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segmentName: string
  readonly exists: boolean
  readonly isSealed: boolean
  readonly isDeleted: boolean
  /** Unix time in ms. */
  readonly lastModified: bigint
  /** Length in bytes, truncated data included. */
  readonly writeOffset: bigint
  /** First readable offset. */
  readonly startOffset: bigint
}

export const streamSegmentInfo: CommandCodec<StreamSegmentInfo> = defineCommand('StreamSegmentInfo', 12, 'reply', {
  requestId: i64,
  segmentName: utf,
  exists: bool,
  isSealed: bool,
  isDeleted: bool,
  lastModified: i64,
  writeOffset: i64,
  startOffset: since(5, i64, 0n),
})
