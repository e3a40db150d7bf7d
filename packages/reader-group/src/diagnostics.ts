import { type Channel, channel } from 'node:diagnostics_channel'

/** Names of the `node:diagnostics_channel` channels of this package, with the type of what they publish. */
export const DIAGNOSTICS: {
  /** {@link GroupWaitMessage}: a call waits for others: once more at each look at the group's state. */
  readonly wait: 'pravega-ts:reader-group:wait'
  /** {@link GroupWarningMessage}: something is probably not as it was meant. Goes to the logger of the configuration too. */
  readonly warning: 'pravega-ts:reader-group:warning'
} = {
  wait: 'pravega-ts:reader-group:wait',
  warning: 'pravega-ts:reader-group:warning',
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

function typed<T>(name: string): Channel<unknown, T> {
  return channel(name) as Channel<unknown, unknown> as Channel<unknown, T>
}

export const waitChannel: Channel<unknown, GroupWaitMessage> = typed(DIAGNOSTICS.wait)
export const warningChannel: Channel<unknown, GroupWarningMessage> = typed(DIAGNOSTICS.warning)
