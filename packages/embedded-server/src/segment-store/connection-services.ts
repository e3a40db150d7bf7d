import type { Logger } from '@pravega-ts/config'
import type { AccessControl } from '../accounts/access-control.ts'
import type { FaultSwitchboard } from '../faults/fault-switchboard.ts'
import type { Measures } from '../observability/measures.ts'
import type { StorageHealth } from '../storage-failure.ts'
import type { Clock } from '../time/clock.ts'
import type { Reception } from './reception.ts'
import type { SegmentCatalog } from './segment-catalog.ts'

/** What all connections of a server share. */
export interface ConnectionServices {
  readonly catalog: SegmentCatalog
  readonly faults: FaultSwitchboard
  readonly logger: Logger
  /** Default: the system's time. */
  readonly clock?: Clock | undefined
  /** Whose tokens let clients in. Default: none is asked for. */
  readonly access?: AccessControl | undefined
  /** Whether the storage works. Default: it does. */
  readonly health?: StorageHealth | undefined
  readonly reception: Reception
  readonly measures: Measures
}
