import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, since, utf } from '../codec/fields.ts'

/** The offset is not in the segment (any more). Failure reply, type 56. */
export interface SegmentIsTruncated {
  readonly command: 'SegmentIsTruncated'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** First readable offset. */
  readonly startOffset: bigint
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
  /** The offset that was asked for. */
  readonly offset: bigint
}

export const segmentIsTruncated: CommandCodec<SegmentIsTruncated> = defineCommand('SegmentIsTruncated', 56, 'failure', {
  requestId: i64,
  segment: utf,
  startOffset: i64,
  serverStackTrace: since(6, utf, ''),
  offset: since(8, i64, -1n),
})
