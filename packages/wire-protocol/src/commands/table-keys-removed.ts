import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Answers {@link RemoveTableKeys}. Reply, type 77, since wire version 8. */
export interface TableKeysRemoved {
  readonly command: 'TableKeysRemoved'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
}

export const tableKeysRemoved: CommandCodec<TableKeysRemoved> = defineCommand('TableKeysRemoved', 77, 'reply', {
  requestId: i64,
  segment: utf,
})
