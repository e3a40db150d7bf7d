import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { rest } from '../codec/fields.ts'

/** An event as it is stored in a stream segment: i32 0, i32 length, payload. Only inside data, type 0. */
export interface Event {
  readonly command: 'Event'
  readonly data: Uint8Array
}

export const event: CommandCodec<Event> = defineCommand('Event', 0, 'inner', {
  data: rest,
})
