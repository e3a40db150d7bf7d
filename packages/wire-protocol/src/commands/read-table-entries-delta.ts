import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i32, i64, utf } from '../codec/fields.ts'

/**
 * Asks for the entries that changed since a position. Answered by TableEntriesDeltaRead, NoSuchSegment, or
 * OperationUnsupported for fixed-length keys. Request, type 88, since wire version 10.
 */
export interface ReadTableEntriesDelta {
  readonly command: 'ReadTableEntriesDelta'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  /** 0 = all entries. */
  readonly fromPosition: bigint
  readonly suggestedEntryCount: number
}

export const readTableEntriesDelta: CommandCodec<ReadTableEntriesDelta> = defineCommand(
  'ReadTableEntriesDelta',
  88,
  'request',
  {
    requestId: i64,
    segment: utf,
    delegationToken: utf,
    fromPosition: i64,
    suggestedEntryCount: i32,
  },
)
