import type { Controller } from '@pravega-ts/controller-client'
import type { Segments } from '@pravega-ts/segment-client'

/** What shared state needs of the layers below. A `SegmentStore` is one; parts of it can be replaced. */
export interface SynchronizerStore
  extends Pick<
    Segments,
    'openWriter' | 'read' | 'getInfo' | 'getAttribute' | 'compareAndSetAttribute' | 'truncate' | 'table'
  > {
  readonly controller: Pick<Controller, 'getCurrentSegments'>
}
