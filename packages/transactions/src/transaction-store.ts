import type { Controller } from '@pravega-ts/controller-client'
import type { EventStore } from '@pravega-ts/event-client'

/** What transactions ask a controller. */
export type TransactionController = EventStore['controller'] &
  Pick<
    Controller,
    'createTransaction' | 'pingTransaction' | 'commitTransaction' | 'abortTransaction' | 'checkTransactionState'
  >

/** What transactions need of the layers below. A `SegmentStore` is one; parts of it can be replaced. */
export interface TransactionStore extends Omit<EventStore, 'controller'> {
  readonly controller: TransactionController
}
