import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf, uuid } from '../codec/fields.ts'

/** Answers {@link SetupAppend}: the writer may append from here on. Reply, type 2. */
export interface AppendSetup {
  readonly command: 'AppendSetup'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  readonly writerId: string
  /** Number of the last event of this writer that the segment holds; -2^63 when there is none. */
  readonly lastEventNumber: bigint
}

export const appendSetup: CommandCodec<AppendSetup> = defineCommand('AppendSetup', 2, 'reply', {
  requestId: i64,
  segment: utf,
  writerId: uuid,
  lastEventNumber: i64,
})
