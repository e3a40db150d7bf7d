export const BATCH_FEEDS = ['send', 'iterable', 'generator', 'arrays'] as const
export const BATCH_TAKES = ['messages', 'chunks'] as const
export const BATCH_FORMATS = ['objects', 'bytes', 'arrow'] as const
export type BatchFeed = (typeof BATCH_FEEDS)[number]
export type BatchTake = (typeof BATCH_TAKES)[number]
export type BatchFormat = (typeof BATCH_FORMATS)[number]

/** One run of the batch writer. */
export interface BatchOptions {
  /** Tables that the messages go to in turns. */
  readonly tables: number
  /** Messages that are measured. */
  readonly messages: number
  /** Rows of each. */
  readonly rows: number
  /** Further tables that get one message before; their batches stay open. */
  readonly idle: number
  /** How messages come; `arrays`: 64 at a time. */
  readonly feed: BatchFeed
  /** How the handler takes them. */
  readonly take: BatchTake
  readonly format: BatchFormat
  /** Milliseconds. */
  readonly batchTimeout: number
}
