import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bytes, i64, list, utf } from '../codec/fields.ts'
import { type TableKey, tableKey } from '../codec/table-fields.ts'

/**
 * Answers {@link ReadTableKeys}. The iteration ends with a page that has no keys. Reply, type 84, since wire version
 * 8.
 */
export interface TableKeysRead {
  readonly command: 'TableKeysRead'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  readonly keys: readonly TableKey[]
  readonly continuationToken: Uint8Array
}

export const tableKeysRead: CommandCodec<TableKeysRead> = defineCommand('TableKeysRead', 84, 'reply', {
  requestId: i64,
  segment: utf,
  keys: list(tableKey),
  continuationToken: bytes,
})
