import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** A key that was to have a certain version does not exist. Failure reply, type 81, since wire version 8. */
export interface TableKeyDoesNotExist {
  readonly command: 'TableKeyDoesNotExist'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
}

export const tableKeyDoesNotExist: CommandCodec<TableKeyDoesNotExist> = defineCommand(
  'TableKeyDoesNotExist',
  81,
  'failure',
  {
    requestId: i64,
    segment: utf,
    serverStackTrace: utf,
  },
)
