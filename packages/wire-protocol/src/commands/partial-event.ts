import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { rest } from '../codec/fields.ts'

/**
 * First part of an event that did not fit into its append block; the rest is the data of the AppendBlockEnd. Only
 * inside data, type -2.
 */
export interface PartialEvent {
  readonly command: 'PartialEvent'
  readonly data: Uint8Array
}

export const partialEvent: CommandCodec<PartialEvent> = defineCommand('PartialEvent', -2, 'inner', {
  data: rest,
})
