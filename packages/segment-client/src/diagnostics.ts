import { channel } from 'node:diagnostics_channel'

/**
 * Something cannot go on for now.
 * @remarks Message: {@link WaitMessage}.
 */
export const waitChannel: ReturnType<typeof channel> = channel('pravega-ts:segment-client:wait')

/**
 * A segment writer or reader changed its connection.
 * @remarks Message: {@link SessionMessage}.
 */
export const sessionChannel: ReturnType<typeof channel> = channel('pravega-ts:segment-client:session')

/** What is published on `pravega-ts:segment-client:wait`. */
export interface WaitMessage {
  /** Name of the segment. */
  readonly segment: string
  /** Who waits. */
  readonly who: 'writer' | 'reader' | 'request'
  /** What it waits for, as a phrase. */
  readonly waitsFor: string
  /** How many attempts have failed. */
  readonly attempt: number
  /** Milliseconds until the next attempt. */
  readonly delayMs: number
  /** Why the attempt before failed. */
  readonly cause: unknown
}

/** What is published on `pravega-ts:segment-client:session`. */
export interface SessionMessage {
  readonly segment: string
  readonly who: 'writer' | 'reader'
  readonly state: 'open' | 'lost' | 'ended'
  readonly cause: unknown
}
