import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, since, utf } from '../codec/fields.ts'

/** This server does not own the segment: ask the controller again. Failure reply, type 50. */
export interface WrongHost {
  readonly command: 'WrongHost'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Always empty in practice. */
  readonly correctHost: string
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
}

export const wrongHost: CommandCodec<WrongHost> = defineCommand('WrongHost', 50, 'failure', {
  requestId: i64,
  segment: utf,
  correctHost: utf,
  serverStackTrace: since(6, utf, ''),
})
