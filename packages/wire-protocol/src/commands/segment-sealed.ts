import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Answers {@link SealSegment}. Reply, type 29. */
export interface SegmentSealed {
  readonly command: 'SegmentSealed'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
}

export const segmentSealed: CommandCodec<SegmentSealed> = defineCommand('SegmentSealed', 29, 'reply', {
  requestId: i64,
  segment: utf,
})
