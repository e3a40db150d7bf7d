import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, since, utf } from '../codec/fields.ts'

/** The server does not offer this operation on this segment. Failure reply, type 57. */
export interface OperationUnsupported {
  readonly command: 'OperationUnsupported'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  readonly operationName: string
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
}

export const operationUnsupported: CommandCodec<OperationUnsupported> = defineCommand(
  'OperationUnsupported',
  57,
  'failure',
  {
    requestId: i64,
    operationName: utf,
    serverStackTrace: since(6, utf, ''),
  },
)
