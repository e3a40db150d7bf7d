import type { RecoveryReport } from '../storage/disk/recovery-report.ts'
import type { StorageCondition } from '../storage-failure.ts'
import type { Measures } from './measures.ts'

/** What is there now, counted when somebody asks. */
export interface Inventory {
  readonly segmentStoreConnections: number
  readonly controllerConnections: number
  readonly streamSegments: number
  readonly tableSegments: number
  /** Bytes of segments that were written and not truncated. */
  readonly storedBytes: number
  /** Reads that wait for their segment to grow. */
  readonly waitingReads: number
  readonly scopes: number
  readonly streams: number
  readonly openTransactions: number
  /** Bytes of segments that are kept in memory beside the disk; undefined where all of them are in memory. */
  readonly cachedBytes: number | undefined
}

/** A server as those see it who watch over it. */
export interface ServerView {
  readonly measures: Measures
  /** Unix time in milliseconds. */
  readonly startedAt: number
  /** Undefined in memory. */
  readonly recovery: RecoveryReport | undefined
  /** False while it restarts, and once it closes. */
  isServing(): boolean
  condition(): StorageCondition
  inventory(): Inventory
}
