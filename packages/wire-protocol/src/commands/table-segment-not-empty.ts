import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** The table has entries and was to be deleted only if it had none. Failure reply, type 80, since wire version 8. */
export interface TableSegmentNotEmpty {
  readonly command: 'TableSegmentNotEmpty'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
}

export const tableSegmentNotEmpty: CommandCodec<TableSegmentNotEmpty> = defineCommand(
  'TableSegmentNotEmpty',
  80,
  'failure',
  {
    requestId: i64,
    segment: utf,
    serverStackTrace: utf,
  },
)
