import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { zeros } from '../codec/fields.ts'

/** Unused space at the end of an append block that was closed early. Only inside data, type -1. */
export interface Padding {
  readonly command: 'Padding'
  /** Number of padding bytes. */
  readonly length: number
}

export const padding: CommandCodec<Padding> = defineCommand('Padding', -1, 'inner', {
  length: zeros,
})
