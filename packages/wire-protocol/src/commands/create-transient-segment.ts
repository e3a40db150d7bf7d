import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf, uuid } from '../codec/fields.ts'

/**
 * Creates a segment for the parts of a large event. Answered by SegmentCreated with the name that the server made up.
 * Request, type 40, since wire version 15.
 */
export interface CreateTransientSegment {
  readonly command: 'CreateTransientSegment'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  readonly writerId: string
  /** Qualified name of the segment that the new one will be merged into; it need not exist. */
  readonly parentSegment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
}

export const createTransientSegment: CommandCodec<CreateTransientSegment> = defineCommand(
  'CreateTransientSegment',
  40,
  'request',
  {
    requestId: i64,
    writerId: uuid,
    parentSegment: utf,
    delegationToken: utf,
  },
)
