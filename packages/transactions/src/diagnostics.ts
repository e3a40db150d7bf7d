import type { Channel } from 'node:diagnostics_channel'
import { diagnosticsChannel } from '@pravega-ts/model'
import type { TransactionStateTag } from './transaction.ts'

/** Names of the `node:diagnostics_channel` channels of this package, with the type of what they publish. */
export const DIAGNOSTICS: {
  /** {@link TransactionStateMessage}: a transaction was begun, or something new is known of it. */
  readonly state: 'pravega-ts:transactions:state'
  /** {@link PingMessage}: the lease of a transaction was renewed, or could not be. */
  readonly ping: 'pravega-ts:transactions:ping'
  /** {@link TransactionWaitMessage}: a call does not know the end of a transaction yet and asks again. */
  readonly wait: 'pravega-ts:transactions:wait'
} = {
  state: 'pravega-ts:transactions:state',
  ping: 'pravega-ts:transactions:ping',
  wait: 'pravega-ts:transactions:wait',
}

export interface TransactionStateMessage {
  readonly stream: string
  readonly transactionId: string
  /** Undefined: it is new here. */
  readonly from: TransactionStateTag | undefined
  readonly to: TransactionStateTag
  /** What has led to it, if that was a failure. */
  readonly cause: unknown
}

export interface PingMessage {
  readonly stream: string
  readonly transactionId: string
  /** `refused`: it has lived as long as a transaction may. */
  readonly result: 'open' | 'committed' | 'aborted' | 'unknown' | 'refused' | 'failed'
  /** Milliseconds until the lease is over; below 0: since it is. */
  readonly leftMs: number
  readonly cause: unknown
}

export interface TransactionWaitMessage {
  readonly stream: string
  readonly transactionId: string
  /** What is waited for, as a phrase. */
  readonly waitsFor: string
  /** How many attempts have been made. */
  readonly attempt: number
  /** Milliseconds until the next attempt. */
  readonly delayMs: number
  /** Why the attempt before failed; undefined: it did not. */
  readonly cause: unknown
}

export const stateChannel: Channel<unknown, TransactionStateMessage> = diagnosticsChannel(DIAGNOSTICS.state)
export const pingChannel: Channel<unknown, PingMessage> = diagnosticsChannel(DIAGNOSTICS.ping)
export const waitChannel: Channel<unknown, TransactionWaitMessage> = diagnosticsChannel(DIAGNOSTICS.wait)
