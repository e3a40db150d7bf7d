import type { ReaderGroupIncarnation, StoredReaderGroupSettings } from '@pravega-ts/controller-client'

/** The settings of a group as its members share them: the controller's, with the incarnation that they belong to. */
export interface GroupConfig extends Omit<StoredReaderGroupSettings, 'rolloverSizeBytes'> {
  /** Canonical UUID; all zeros for groups from before Pravega 0.9. */
  readonly id: ReaderGroupIncarnation['id']
  /** -1 for groups from before Pravega 0.9. */
  readonly generation: bigint
}
