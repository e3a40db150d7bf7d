import type { ClientConfig } from '@pravega-ts/config'
import type { Controller } from '@pravega-ts/controller-client'
import type { Segments } from '@pravega-ts/segment-client'

/** What events need of the layers below. A `SegmentStore` is one; parts of it can be replaced. */
export interface EventStore
  extends Pick<Segments, 'openWriter' | 'openReader' | 'getInfo' | 'createTransient' | 'merge' | 'delete'> {
  readonly controller: Pick<
    Controller,
    'getCurrentSegments' | 'getSuccessors' | 'getEpochSegments' | 'noteTimestampFromWriter' | 'removeWriter'
  >
  /** Event writers close before the segments do, so that they can finish. Default: nobody closes them but their owners. */
  readonly beforeClose?: Segments['beforeClose'] | undefined
  /** Retries, time limits and log. Default: the usual ones. */
  readonly config?: Pick<ClientConfig, 'logger' | 'retry' | 'timeouts'> | undefined
}
