import type { Logger } from '@pravega-ts/config'
import type { ScopedStream } from '@pravega-ts/model'
import type { LeaseKeeper } from '../lease/lease-keeper.ts'
import type { CommitPace } from '../outcome/commit-pace.ts'
import type { TransactionController, TransactionStore } from '../transaction-store.ts'

/** What all transactions of a writer share. */
export interface TransactionContext {
  readonly stream: ScopedStream
  readonly writerId: string
  readonly controller: TransactionController
  readonly logger: Logger
  readonly keeper: LeaseKeeper
  readonly pace: CommitPace
  readonly getInfo: TransactionStore['getInfo']
  /** Milliseconds. */
  readonly callTimeoutMs: number
  readonly controllerMs: number
  readonly closeMs: number
  /** A time was noted under the writer's name. */
  readonly onNoted: () => void
}
