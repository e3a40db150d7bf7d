import type { Controller } from '@pravega-ts/controller-client'
import type { Segments } from '@pravega-ts/segment-client'

/** What byte streams need of the layers below. A `SegmentStore` is one; parts of it can be replaced. */
export interface ByteStreamStore extends Pick<Segments, 'openWriter' | 'openReader' | 'getInfo' | 'seal' | 'truncate'> {
  readonly controller: Pick<Controller, 'getCurrentSegments' | 'getHeadSegments'>
}
