import { type CommandCodec, defineCommand } from '../codec/define-command.ts'

/**
 * Shows that the sender lives; servers echo it. Not a barrier: the echo overtakes pending acknowledgements. Both
 * ways, type 100.
 */
export interface KeepAlive {
  readonly command: 'KeepAlive'
}

export const keepAlive: CommandCodec<KeepAlive> = defineCommand('KeepAlive', 100, 'both', {})
