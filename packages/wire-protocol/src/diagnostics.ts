import type { Channel } from 'node:diagnostics_channel'
import { diagnosticsChannel, type PravegaError } from '@pravega-ts/model'

/** Names of the `node:diagnostics_channel` channels of this package, with the type of what they publish. */
export const DIAGNOSTICS: {
  /** {@link ConnectionMessage}: a connection has exchanged its greetings. */
  readonly connectionOpened: 'pravega-ts:wire-protocol:connection-opened'
  /** {@link ConnectionClosedMessage}: a connection that was open, or was being opened, is gone. */
  readonly connectionClosed: 'pravega-ts:wire-protocol:connection-closed'
  /** {@link FrameMessage}: a command that was not assembled by the caller goes out. */
  readonly commandSent: 'pravega-ts:wire-protocol:command-sent'
  /** {@link FrameMessage}: a command has come in. */
  readonly commandReceived: 'pravega-ts:wire-protocol:command-received'
  /** {@link RequestMessage}: a request waits for its reply. */
  readonly requestStarted: 'pravega-ts:wire-protocol:request-started'
  /** {@link RequestMessage}: a request does not wait any more. */
  readonly requestSettled: 'pravega-ts:wire-protocol:request-settled'
} = {
  connectionOpened: 'pravega-ts:wire-protocol:connection-opened',
  connectionClosed: 'pravega-ts:wire-protocol:connection-closed',
  commandSent: 'pravega-ts:wire-protocol:command-sent',
  commandReceived: 'pravega-ts:wire-protocol:command-received',
  requestStarted: 'pravega-ts:wire-protocol:request-started',
  requestSettled: 'pravega-ts:wire-protocol:request-settled',
}

export interface ConnectionMessage {
  /** `host:port` */
  readonly endpoint: string
}

export interface ConnectionClosedMessage extends ConnectionMessage {
  readonly cause: PravegaError
}

export interface FrameMessage extends ConnectionMessage {
  /** Name of the command. */
  readonly command: string
  /** Undefined for commands that have none. */
  readonly requestId: bigint | undefined
  /** Size of the payload. */
  readonly bytes: number
}

export interface RequestMessage extends ConnectionMessage {
  /** Name of the request. */
  readonly command: string
  readonly requestId: bigint
}

export const connectionOpened: Channel<unknown, ConnectionMessage> = diagnosticsChannel(DIAGNOSTICS.connectionOpened)
export const connectionClosed: Channel<unknown, ConnectionClosedMessage> = diagnosticsChannel(
  DIAGNOSTICS.connectionClosed,
)
export const commandSent: Channel<unknown, FrameMessage> = diagnosticsChannel(DIAGNOSTICS.commandSent)
export const commandReceived: Channel<unknown, FrameMessage> = diagnosticsChannel(DIAGNOSTICS.commandReceived)
export const requestStarted: Channel<unknown, RequestMessage> = diagnosticsChannel(DIAGNOSTICS.requestStarted)
export const requestSettled: Channel<unknown, RequestMessage> = diagnosticsChannel(DIAGNOSTICS.requestSettled)
