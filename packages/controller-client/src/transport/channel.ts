import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import type { Endpoint } from '@pravega-ts/model'

/** Carries calls. A transport of the connect library does, too. */
export interface Carrier {
  /** @throws ConnectError */
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderFields | undefined,
    input: MessageInitShape<I>,
  ): Promise<{ readonly message: MessageShape<O> }>
}

/** The connection to one controller, whichever library carries it. */
export interface Channel extends Carrier {
  readonly endpoint: Endpoint
  /** Whether a call goes out at once, without connecting first. */
  readonly connected: boolean
  /** Starts to connect unless that is under way: true when connected, false when this attempt failed. Never rejects. */
  connect(): Promise<boolean>
  /** Lets calls in flight finish, takes no new ones. */
  close(): void
}

export type HeaderFields = Record<string, string>

export type OpenChannel = (endpoint: Endpoint) => Channel

/**
 * Servers take one ping in 5 minutes from a connection with calls on it, and answer faster ones by closing the connection
 * (`too_many_pings`, observed on Pravega 0.13).
 */
export const KEEP_ALIVE_MS = 360_000
export const KEEP_ALIVE_TIMEOUT_MS = 20_000
