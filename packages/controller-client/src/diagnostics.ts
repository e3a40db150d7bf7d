import type { Channel } from 'node:diagnostics_channel'
import { diagnosticsChannel } from '@pravega-ts/model'

/** Names of the `node:diagnostics_channel` channels of this package, with the type of what they publish. */
export const DIAGNOSTICS: {
  /** {@link CallEnded}: a call has ended. */
  readonly call: 'pravega-ts:controller-client:call'
  /** {@link CallRetried}: a call is about to be sent again. */
  readonly retry: 'pravega-ts:controller-client:retry'
  /** {@link EndpointsChanged}: discovery has brought another list. */
  readonly endpoints: 'pravega-ts:controller-client:endpoints'
} = {
  call: 'pravega-ts:controller-client:call',
  retry: 'pravega-ts:controller-client:retry',
  endpoints: 'pravega-ts:controller-client:endpoints',
}

export interface CallEnded {
  /** Name of the controller's method. */
  readonly method: string
  readonly durationMs: number
  /** How often it was sent. */
  readonly attempts: number
  /** Code of the error, when it failed. */
  readonly code?: string | undefined
}

export interface CallRetried {
  readonly method: string
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number
  readonly delayMs: number
  readonly code: string
}

export interface EndpointsChanged {
  /** `host:port` of each. */
  readonly endpoints: readonly string[]
}

export const callEnded: Channel<unknown, CallEnded> = diagnosticsChannel(DIAGNOSTICS.call)
export const callRetried: Channel<unknown, CallRetried> = diagnosticsChannel(DIAGNOSTICS.retry)
export const endpointsChanged: Channel<unknown, EndpointsChanged> = diagnosticsChannel(DIAGNOSTICS.endpoints)
