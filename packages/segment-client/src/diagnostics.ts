import type { Channel } from 'node:diagnostics_channel'
import { diagnosticsChannel } from '@pravega-ts/model'

/** Names of the `node:diagnostics_channel` channels of this package, with the type of what they publish. */
export const DIAGNOSTICS: {
  /** {@link WaitMessage}: something cannot go on for now and will be tried again. */
  readonly wait: 'pravega-ts:segment-client:wait'
  /** {@link SessionMessage}: a segment writer or reader got, lost or gave up its connection. */
  readonly session: 'pravega-ts:segment-client:session'
} = {
  wait: 'pravega-ts:segment-client:wait',
  session: 'pravega-ts:segment-client:session',
}

export interface WaitMessage {
  /** Name of the segment. */
  readonly segment: string
  /** Who waits. */
  readonly who: 'writer' | 'reader' | 'request'
  /** What it waits for, as a phrase. */
  readonly waitsFor: string
  /** How many attempts have failed in a row. */
  readonly attempt: number
  /** Milliseconds until the next attempt. */
  readonly delayMs: number
  /** Why the attempt before failed. */
  readonly cause: unknown
}

export interface SessionMessage {
  /** Name of the segment. */
  readonly segment: string
  readonly who: 'writer' | 'reader'
  readonly state: 'open' | 'lost' | 'ended'
  /** Why it was lost or has ended; undefined: it was closed by its owner. */
  readonly cause: unknown
}

export const waitChannel: Channel<unknown, WaitMessage> = diagnosticsChannel(DIAGNOSTICS.wait)
export const sessionChannel: Channel<unknown, SessionMessage> = diagnosticsChannel(DIAGNOSTICS.session)
