import { type Channel, channel } from 'node:diagnostics_channel'

/** Message of channel `pravega:controller:call`, published when a call has ended. */
export interface CallEnded {
  /** Name of the controller's method. */
  readonly method: string
  readonly durationMs: number
  /** How often it was sent. */
  readonly attempts: number
  /** Code of the error, when it failed. */
  readonly code?: string | undefined
}

/** Message of channel `pravega:controller:retry`, published when a call is about to be sent again. */
export interface CallRetried {
  readonly method: string
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number
  readonly delayMs: number
  readonly code: string
}

/** Message of channel `pravega:controller:endpoints`, published when discovery has brought another list. */
export interface EndpointsChanged {
  /** `host:port` of each. */
  readonly endpoints: readonly string[]
}

export const callEnded: Channel = channel('pravega:controller:call')
export const callRetried: Channel = channel('pravega:controller:retry')
export const endpointsChanged: Channel = channel('pravega:controller:endpoints')
