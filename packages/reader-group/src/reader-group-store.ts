import type { ClientConfig } from '@pravega-ts/config'
import type { Controller } from '@pravega-ts/controller-client'
import type { EventStore } from '@pravega-ts/event-client'
import type { SynchronizerStore } from '@pravega-ts/synchronizer'

/** What reader groups need of the layers below. A `SegmentStore` is one; parts of it can be replaced. */
export interface ReaderGroupStore extends EventStore, SynchronizerStore {
  readonly controller: EventStore['controller'] &
    SynchronizerStore['controller'] &
    Pick<
      Controller,
      | 'getHeadSegments'
      | 'getSegmentsBetween'
      | 'listStreams'
      | 'createReaderGroup'
      | 'getReaderGroup'
      | 'updateReaderGroup'
      | 'deleteReaderGroup'
      | 'updateSubscriberStreamCut'
      | 'sealStream'
      | 'deleteStream'
    >
  /** Where warnings go and how long calls may take. Default: no warnings, the default times. */
  readonly config?: Pick<ClientConfig, 'logger' | 'timeouts' | 'retry'> | undefined
}
