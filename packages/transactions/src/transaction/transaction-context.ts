import type { Logger } from '@pravega-ts/config'
import type { ScopedStream } from '@pravega-ts/model'
import type { LeaseKeeper } from '../lease/lease-keeper.ts'
import type { TransactionController } from '../transaction-store.ts'

/** What all transactions of a writer share. */
export interface TransactionContext {
  readonly stream: ScopedStream
  readonly writerId: string
  readonly controller: TransactionController
  readonly logger: Logger
  readonly keeper: LeaseKeeper
  /** Milliseconds. */
  readonly callTimeoutMs: number
  readonly controllerMs: number
  readonly closeMs: number
  /** A time was noted under the writer's name. */
  readonly onNoted: () => void
}
