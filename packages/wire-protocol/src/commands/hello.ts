import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i32 } from '../codec/fields.ts'

/**
 * First frame of each side: the wire versions it understands. Nothing is negotiated; both sides write their newest
 * layout. Both ways, type -127.
 */
export interface Hello {
  readonly command: 'Hello'
  /** Newest version the sender understands. */
  readonly highVersion: number
  /** Oldest version the sender understands. */
  readonly lowVersion: number
}

export const hello: CommandCodec<Hello> = defineCommand('Hello', -127, 'both', {
  highVersion: i32,
  lowVersion: i32,
})
