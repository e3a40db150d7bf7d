import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64 } from '../codec/fields.ts'

/** Answers {@link FlushToStorage}. Reply, type -4, since wire version 14. */
export interface StorageFlushed {
  readonly command: 'StorageFlushed'
  /** The id of the request that this answers. */
  readonly requestId: bigint
}

export const storageFlushed: CommandCodec<StorageFlushed> = defineCommand('StorageFlushed', -4, 'reply', {
  requestId: i64,
})
