import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { rest, uuid } from '../codec/fields.ts'

/**
 * Data of an append whose size was not final when it was sent; an AppendBlockEnd of the same writer follows. Request,
 * type 3.
 */
export interface AppendBlock {
  readonly command: 'AppendBlock'
  readonly writerId: string
  /** Whole events, then optionally one PartialEvent or Padding frame. */
  readonly data: Uint8Array
}

export const appendBlock: CommandCodec<AppendBlock> = defineCommand('AppendBlock', 3, 'request', {
  writerId: uuid,
  data: rest,
})
