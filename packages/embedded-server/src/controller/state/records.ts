import type { Cut } from '../domain/stream-record.ts'
import type { Watermark, WriterMark } from '../domain/watermark.ts'

export type { WriterMark }

export interface ScopeRecord {
  /** A recursive delete is under way: nothing new may be made in the scope. */
  readonly deleting: boolean
}

/** A transaction that is not finished. */
export interface TransactionRecord {
  /** Canonical UUID. */
  readonly id: string
  readonly state: 'open' | 'committing' | 'aborting'
  /** Numbers of its segments; their epoch is that of the id. */
  readonly segments: readonly number[]
  /** Unix time in milliseconds at which it is aborted unless it is pinged. */
  readonly expiresAt: number
  /** Unix time in milliseconds beyond which no ping can move `expiresAt`. */
  readonly latestExpiry: number
  /** Position among the commit calls of the stream; 0 until there is one. */
  readonly commitOrder: number
  /** Writer and time that the commit call gave, for the writer's marks. */
  readonly mark?: { readonly writer: string; readonly timestamp: bigint }
}

/** What is remembered of a finished transaction. */
export interface CompletedTransaction {
  readonly outcome: 'committed' | 'aborted'
  /** Unix time in milliseconds. */
  readonly completedAt: number
}

/** The last watermark of a stream, and where it ends in the stream that holds it. */
export interface WatermarkRecord extends Watermark {
  readonly end: bigint
}

/** A reader group whose position bounds the retention of a stream. */
export interface SubscriberRecord {
  readonly generation: bigint
  /** Empty: it has not said where it is. */
  readonly cut: Cut
}

/** A cut of one stream in a group's configuration; empty means unbounded. */
export interface GroupCut {
  readonly scope: string
  readonly stream: string
  readonly cut: Cut
}

/** A reader group's configuration as the last call sent it. */
export interface ReaderGroupRecord {
  readonly scope: string
  readonly group: string
  readonly refreshTimeMs: bigint
  readonly checkpointIntervalMs: bigint
  readonly maxOutstandingCheckpoints: number
  /** 0 none, 1 manual, 2 automatic: with 1 and 2 the group subscribes to its streams. */
  readonly retentionType: number
  readonly generation: bigint
  /** Canonical UUID. */
  readonly id: string
  readonly startingCuts: readonly GroupCut[]
  readonly endingCuts: readonly GroupCut[]
  readonly rolloverSizeBytes: bigint
  /** It was decided that the group and its stream go; whoever finds it finishes that. */
  readonly deleting?: boolean | undefined
}

/** A key-value table. Its configuration never changes. */
export interface TableRecord {
  readonly partitions: number
  /** Bytes. */
  readonly primaryKeyLength: number
  /** Bytes; 0 when there are no secondary keys. */
  readonly secondaryKeyLength: number
  readonly rolloverSizeBytes: bigint
  /** What is decided, but perhaps not done on the segment store; whoever finds it finishes it. */
  readonly pending?: 'create' | 'delete' | undefined
}
