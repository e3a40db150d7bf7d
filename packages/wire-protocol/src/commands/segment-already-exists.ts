import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, since, utf } from '../codec/fields.ts'

/** There is a segment of that name. Failure reply, type 52. */
export interface SegmentAlreadyExists {
  readonly command: 'SegmentAlreadyExists'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
}

export const segmentAlreadyExists: CommandCodec<SegmentAlreadyExists> = defineCommand(
  'SegmentAlreadyExists',
  52,
  'failure',
  {
    requestId: i64,
    segment: utf,
    serverStackTrace: since(6, utf, ''),
  },
)
