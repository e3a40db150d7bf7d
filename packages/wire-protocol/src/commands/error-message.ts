import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i32, i64, utf } from '../codec/fields.ts'

/** A failure that has no reply of its own. Failure reply, type 61, since wire version 11. */
export interface ErrorMessage {
  readonly command: 'ErrorMessage'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** For people. */
  readonly message: string
  /** -1 unspecified, 0 illegal argument; others count as -1. */
  readonly errorCode: number
}

export const errorMessage: CommandCodec<ErrorMessage> = defineCommand('ErrorMessage', 61, 'failure', {
  requestId: i64,
  segment: utf,
  message: utf,
  errorCode: i32,
})
