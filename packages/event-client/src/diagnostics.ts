import type { Channel } from 'node:diagnostics_channel'
import { diagnosticsChannel } from '@pravega-ts/model'

/** Names of the `node:diagnostics_channel` channels of this package, with the type of what they publish. */
export const DIAGNOSTICS: {
  /** {@link RerouteMessage}: a segment takes no more events, or others were found to take them. */
  readonly reroute: 'pravega-ts:event-client:reroute'
  /** {@link EventWaitMessage}: an event writer cannot go on for now with a part of its events and will try again. */
  readonly wait: 'pravega-ts:event-client:wait'
} = {
  reroute: 'pravega-ts:event-client:reroute',
  wait: 'pravega-ts:event-client:wait',
}

/**
 * - `moving`: a segment takes no more events; its successors are being asked for
 * - `replaced`: its events go to its successors from now on
 * - `ended`: there are none; the writer can write no more
 */
export interface RerouteMessage {
  /** Name of the segment that takes no more. */
  readonly segment: string
  readonly state: 'moving' | 'replaced' | 'ended'
  /** Names of the segments that its events go to; empty unless `replaced`. */
  readonly successors: readonly string[]
  /** Bytes that wait for the successors. */
  readonly bytes: number
  /** What the segment has said, or why the writer has ended. */
  readonly cause: unknown
}

export interface EventWaitMessage {
  /** Name of the segment that events wait for. */
  readonly segment: string
  /** What they wait for, as a phrase. */
  readonly waitsFor: string
  /** How many attempts have failed in a row. */
  readonly attempt: number
  /** Milliseconds until the next attempt. */
  readonly delayMs: number
  /** Why the attempt before failed. */
  readonly cause: unknown
}

export const rerouteChannel: Channel<unknown, RerouteMessage> = diagnosticsChannel(DIAGNOSTICS.reroute)
export const eventWaitChannel: Channel<unknown, EventWaitMessage> = diagnosticsChannel(DIAGNOSTICS.wait)
