import type { Channel } from 'node:diagnostics_channel'
import { diagnosticsChannel } from '@pravega-ts/model'

/** Names of the `node:diagnostics_channel` channels of this package, with the type of what they publish. */
export const DIAGNOSTICS: {
  /** {@link GroupWaitMessage}: a call waits for others: once more at each look at the group's state. */
  readonly wait: 'pravega-ts:reader-group:wait'
  /** {@link GroupWarningMessage}: something is probably not as it was meant. Goes to the logger of the configuration too. */
  readonly warning: 'pravega-ts:reader-group:warning'
  /** {@link ReaderMessage}: what a reader does besides reading. */
  readonly reader: 'pravega-ts:reader-group:reader'
} = {
  wait: 'pravega-ts:reader-group:wait',
  warning: 'pravega-ts:reader-group:warning',
  reader: 'pravega-ts:reader-group:reader',
}

export interface GroupWaitMessage {
  /** `scope/group` */
  readonly group: string
  /** What it waits for, as a phrase. */
  readonly waitsFor: string
  /** Milliseconds since the call began to wait. */
  readonly waitedMs: number
  /** Readers that it waits for, where it waits for readers. */
  readonly readers: readonly string[]
}

export interface GroupWarningMessage {
  /** `scope/group` */
  readonly group: string
  readonly message: string
}

/** What a reader did, or what was done to it. */
export type ReaderMessage = {
  /** `scope/group` */
  readonly group: string
  readonly reader: string
} & (
  | { readonly event: 'joined' | 'left' }
  /** It was taken offline, or its group was reset: it ends, or joins again. */
  | { readonly event: 'removed'; readonly cause: unknown; readonly rejoins: boolean }
  /** `offset` is where it goes on to read, or where others do. */
  | { readonly event: 'acquired' | 'released'; readonly segment: string; readonly offset: bigint }
  | { readonly event: 'completed'; readonly segment: string }
  | { readonly event: 'truncated'; readonly segment: string; readonly from: bigint; readonly to: bigint }
  /** A slice was lost by the application without being given back; its events come again. */
  | { readonly event: 'sliceLost'; readonly segment: string; readonly offset: bigint }
  | { readonly event: 'checkpoint'; readonly checkpoint: string; readonly state: 'created' | 'answered' | 'delivered' }
  /** It cannot go on for now, and reading fails with this cause meanwhile. */
  | { readonly event: 'trouble'; readonly cause: unknown }
  /** The controller was not told what was consumed, or a reset that another member has begun was not ended; it is tried again. */
  | { readonly event: 'postponed'; readonly duty: 'publish' | 'settleReset'; readonly cause: unknown }
)

export const waitChannel: Channel<unknown, GroupWaitMessage> = diagnosticsChannel(DIAGNOSTICS.wait)
export const warningChannel: Channel<unknown, GroupWarningMessage> = diagnosticsChannel(DIAGNOSTICS.warning)
export const readerChannel: Channel<unknown, ReaderMessage> = diagnosticsChannel(DIAGNOSTICS.reader)
