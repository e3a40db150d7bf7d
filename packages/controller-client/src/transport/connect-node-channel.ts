import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { Code, ConnectError, type Transport } from '@connectrpc/connect'
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node'
import type { ClientConfig } from '@pravega-ts/config'
import { type Endpoint, formatEndpoint } from '@pravega-ts/model'
import { type Channel, type HeaderFields, KEEP_ALIVE_MS, KEEP_ALIVE_TIMEOUT_MS, type OpenChannel } from './channel.ts'

/** The library tries again whenever it is asked to; so a dead member of a list is not dialled for each call. */
const PAUSE_AFTER_FAILURE_MS = 1_000

/** Opens channels of connect-node. */
export function connectNodeChannels(config: ClientConfig): OpenChannel {
  return endpoint => new ConnectNodeChannel(endpoint, config.tls.controller ? config.tls : undefined)
}

class ConnectNodeChannel implements Channel {
  readonly endpoint: Endpoint
  private readonly session: Http2SessionManager
  private readonly transport: Transport
  private failedAt = -Infinity
  private closed = false
  private inFlight = 0

  constructor(endpoint: Endpoint, tls: ClientConfig['tls'] | undefined) {
    this.endpoint = endpoint
    const baseUrl = `${tls === undefined ? 'http' : 'https'}://${formatEndpoint(endpoint)}`
    this.session = new Http2SessionManager(
      baseUrl,
      { pingIntervalMs: KEEP_ALIVE_MS, pingTimeoutMs: KEEP_ALIVE_TIMEOUT_MS },
      tls === undefined
        ? undefined
        : {
            minVersion: 'TLSv1.2',
            ca: tls.ca === undefined ? undefined : [...tls.ca],
            cert: tls.cert,
            key: tls.key,
            passphrase: tls.passphrase,
          },
    )
    this.transport = createGrpcTransport({ baseUrl, sessionManager: this.session })
  }

  get connected(): boolean {
    const state = this.session.state()
    return state === 'open' || state === 'idle'
  }

  async connect(): Promise<boolean> {
    if (this.closed || performance.now() - this.failedAt < PAUSE_AFTER_FAILURE_MS) return false
    const state = await this.session.connect().catch(() => 'error' as const)
    if (state === 'error') this.failedAt = performance.now()
    return state !== 'error'
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderFields | undefined,
    input: MessageInitShape<I>,
  ): Promise<{ readonly message: MessageShape<O> }> {
    this.inFlight += 1
    try {
      return await this.transport.unary(method, signal, timeoutMs, header, input)
    } catch (error) {
      throw translated(ConnectError.from(error), signal)
    } finally {
      this.inFlight -= 1
      if (this.closed && this.inFlight === 0) this.session.abort()
    }
  }

  close(): void {
    this.closed = true
    if (this.inFlight === 0) this.session.abort()
  }
}

/** Refused streams, lost and failed connections come from this library under codes that mean something else. */
function translated({ code, rawMessage, cause }: ConnectError, signal: AbortSignal | undefined): ConnectError {
  if (code === Code.Internal && rawMessage.includes('NGHTTP2_REFUSED_STREAM')) {
    return new ConnectError(`not sent: ${rawMessage}`, Code.Unavailable)
  }
  const ofConnection = cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
  const ownCancel = code === Code.Canceled && signal?.aborted === true
  if (!ownCancel && (ofConnection || code === Code.Canceled)) return new ConnectError(rawMessage, Code.Unavailable)
  return new ConnectError(rawMessage, code)
}
