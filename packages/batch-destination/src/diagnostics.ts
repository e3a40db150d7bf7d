import type { Channel } from 'node:diagnostics_channel'
import { diagnosticsChannel } from '@pravega-ts/model'

/** Names of the `node:diagnostics_channel` channels of this package, with the type of what they publish. */
export const DIAGNOSTICS: {
  /** {@link LandedMessage}: a batch of rows is in its stream, or is not. */
  readonly landed: 'pravega-ts:batch-destination:landed'
  /** {@link MigratedMessage}: a table has become another one. */
  readonly migrated: 'pravega-ts:batch-destination:migrated'
} = {
  landed: 'pravega-ts:batch-destination:landed',
  migrated: 'pravega-ts:batch-destination:migrated',
}

export interface LandedMessage {
  readonly table: string
  readonly stream: string
  /** Undefined: the batch was written as single events. */
  readonly transactionId: string | undefined
  /** How many of each were handed to the writer. */
  readonly rows: number
  readonly events: number
  readonly durationMs: number
  /** Undefined: it is in the stream. */
  readonly error: unknown
}

export interface MigratedMessage {
  readonly table: string
  /** Where its rows go from now on. */
  readonly stream: string
  readonly version: number
  readonly generation: number
}

export const landedChannel: Channel<unknown, LandedMessage> = diagnosticsChannel(DIAGNOSTICS.landed)
export const migratedChannel: Channel<unknown, MigratedMessage> = diagnosticsChannel(DIAGNOSTICS.migrated)
