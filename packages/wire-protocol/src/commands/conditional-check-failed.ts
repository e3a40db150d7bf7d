import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, since, uuid } from '../codec/fields.ts'

/**
 * The segment did not have the expected length; nothing was appended and the connection stays usable. Failure reply,
 * type 8.
 */
export interface ConditionalCheckFailed {
  readonly command: 'ConditionalCheckFailed'
  readonly writerId: string
  /** Number of the refused append; it may be used again when nothing else is in flight. */
  readonly eventNumber: bigint
  /** The id of the request that this answers. */
  readonly requestId: bigint
}

export const conditionalCheckFailed: CommandCodec<ConditionalCheckFailed> = defineCommand(
  'ConditionalCheckFailed',
  8,
  'failure',
  {
    writerId: uuid,
    eventNumber: i64,
    requestId: since(8, i64, -1n),
  },
)
