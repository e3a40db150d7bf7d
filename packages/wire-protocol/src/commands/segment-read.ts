import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bool, bytes, i64, since, utf } from '../codec/fields.ts'

/** Data of a segment. Empty without `endOfSegment` means ask again, not the end. Reply, type 10. */
export interface SegmentRead {
  readonly command: 'SegmentRead'
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** The offset that was asked for. */
  readonly offset: bigint
  /** The data reached the current end; a hint. */
  readonly atTail: boolean
  /** The segment is sealed and this read reached its end. */
  readonly endOfSegment: boolean
  /** A view on the received frame, not a copy. */
  readonly data: Uint8Array
  /** The id of the request that this answers. */
  readonly requestId: bigint
}

export const segmentRead: CommandCodec<SegmentRead> = defineCommand('SegmentRead', 10, 'reply', {
  segment: utf,
  offset: i64,
  atTail: bool,
  endOfSegment: bool,
  data: bytes,
  requestId: since(8, i64, -1n),
})
