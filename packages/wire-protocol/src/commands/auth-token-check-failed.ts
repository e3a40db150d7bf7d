import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i32, i64, since, utf } from '../codec/fields.ts'

/** The delegation token was refused. Failure reply, type 60. */
export interface AuthTokenCheckFailed {
  readonly command: 'AuthTokenCheckFailed'
  /** The id of the request that this answers, except for a ReadSegment: then 0.13.0 sends the read's offset. */
  readonly requestId: bigint
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
  /** -1 unspecified, 0 check failed, 1 expired; others count as 0. */
  readonly errorCode: number
}

export const authTokenCheckFailed: CommandCodec<AuthTokenCheckFailed> = defineCommand(
  'AuthTokenCheckFailed',
  60,
  'failure',
  {
    requestId: i64,
    serverStackTrace: since(6, utf, ''),
    errorCode: since(9, i32, -1),
  },
)
