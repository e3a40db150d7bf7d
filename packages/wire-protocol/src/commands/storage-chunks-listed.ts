import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bool, type Field, i64, list, record, utf } from '../codec/fields.ts'

/** One chunk of a segment in long-term storage. */
export interface StorageChunk {
  /** Length in bytes that the segment's metadata states. */
  readonly lengthInMetadata: bigint
  /** Length in bytes that the storage reports. */
  readonly lengthInStorage: bigint
  /** Offset of the chunk's first byte in the segment. */
  readonly startOffset: bigint
  readonly chunkName: string
  readonly existsInStorage: boolean
}

const storageChunk: Field<StorageChunk> = record({
  lengthInMetadata: i64,
  lengthInStorage: i64,
  startOffset: i64,
  chunkName: utf,
  existsInStorage: bool,
})

/** Answers {@link ListStorageChunks}. Reply, type -6, since wire version 15. */
export interface StorageChunksListed {
  readonly command: 'StorageChunksListed'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  readonly chunks: readonly StorageChunk[]
}

export const storageChunksListed: CommandCodec<StorageChunksListed> = defineCommand(
  'StorageChunksListed',
  -6,
  'reply',
  {
    requestId: i64,
    chunks: list(storageChunk),
  },
)
