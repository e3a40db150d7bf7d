import type { CallOptions, PravegaError } from '@pravega-ts/model'
import type { Command, Reply, Request } from '../commands/catalogue.ts'
import type { WireConnection } from './wire-connection.ts'

/** Requests that get a reply of their own. */
export type IdentifiedRequest = Extract<Request, { readonly requestId: bigint }>

/** What the owner of a flow is told. Neither method may throw; what they throw ends the flow. */
export interface FlowHandler {
  /** A reply to what was sent with `send` or `write`. Byte fields are views on the received frame. */
  onReply(reply: Reply): void
  /** The flow is over, because its connection is. Called once, and nothing after it; not after `flow.close()`. */
  onClose(cause: PravegaError): void
}

/** A share in a connection: one conversation with a segment store, whose request ids are its own. */
export interface Flow {
  readonly connection: WireConnection
  /** A new request id for `send` and `write`; replies that carry it come to this flow. */
  nextRequestId(): bigint
  /**
   * Sends a command. Large byte fields are not copied and must not change until they are sent.
   * @throws PravegaError CLOSED, or what ended the connection; INVALID_ARGUMENT for values that do not fit.
   */
  send(command: Command): void
  /**
   * Sends frames that the caller has encoded, in any number of pieces. They must not change until they are sent.
   * @returns False when enough is queued: wait for `drained()`.
   * @throws PravegaError CLOSED, or what ended the connection.
   */
  write(chunks: readonly Uint8Array[]): boolean
  /**
   * Waits until there is room in the queue of the connection again.
   * @param options - Default deadline: none.
   * @throws PravegaError CLOSED, or what ended the connection; DEADLINE_EXCEEDED, ABORTED.
   */
  drained(options?: CallOptions): Promise<void>
  /**
   * Sends a request and waits for its reply; a refusal is a reply too. When the wait ends early the connection goes on
   * and a late reply is dropped.
   * @param make - Builds the request with the given id.
   * @param options - Default deadline: `timeouts.requestMs`.
   * @throws PravegaError CLOSED, or what ended the connection; DEADLINE_EXCEEDED, ABORTED, INVALID_ARGUMENT.
   */
  request(make: (requestId: bigint) => IdentifiedRequest, options?: CallOptions): Promise<Reply>
  /** Gives the share back; what is queued is still sent, replies are dropped, waiting requests fail with CLOSED. */
  close(): void
}
