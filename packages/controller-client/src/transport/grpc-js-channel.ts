import { createSecureContext } from 'node:tls'
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import {
  type ChannelCredentials,
  type ChannelOptions,
  connectivityState,
  credentials,
  Channel as LibraryChannel,
  Metadata,
  status,
} from '@grpc/grpc-js'
import type { ClientConfig } from '@pravega-ts/config'
import { type Endpoint, formatEndpoint } from '@pravega-ts/model'
import { type Channel, type HeaderFields, KEEP_ALIVE_MS, KEEP_ALIVE_TIMEOUT_MS, type OpenChannel } from './channel.ts'

const OPTIONS: ChannelOptions = {
  'grpc.keepalive_time_ms': KEEP_ALIVE_MS,
  'grpc.keepalive_timeout_ms': KEEP_ALIVE_TIMEOUT_MS,
  'grpc.keepalive_permit_without_calls': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5_000,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_channelz': 0,
  // Spreads calls over all addresses of a name. No retry policy: only refused streams are sent again below the call's own retries.
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
}

/** Opens channels of grpc-js; they share the TLS context, so that equal endpoints share a connection. */
export function grpcJsChannels({ tls }: ClientConfig): OpenChannel {
  const security = tls.controller ? secure(tls) : credentials.createInsecure()
  return endpoint => new GrpcJsChannel(endpoint, security)
}

function secure({ ca, cert, key, passphrase }: ClientConfig['tls']): ChannelCredentials {
  const context = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
  })
  return credentials.createFromSecureContext(context)
}

class GrpcJsChannel implements Channel {
  readonly endpoint: Endpoint
  private readonly channel: LibraryChannel
  private connecting: Promise<boolean> | undefined

  constructor(endpoint: Endpoint, security: ChannelCredentials) {
    this.endpoint = endpoint
    this.channel = new LibraryChannel(`dns:${formatEndpoint(endpoint)}`, security, OPTIONS)
  }

  get connected(): boolean {
    return this.channel.getConnectivityState(false) === connectivityState.READY
  }

  connect(): Promise<boolean> {
    this.connecting ??= this.untilSettled().finally(() => {
      this.connecting = undefined
    })
    return this.connecting
  }

  private async untilSettled(): Promise<boolean> {
    const { channel } = this
    for (;;) {
      const state = channel.getConnectivityState(true)
      if (state === connectivityState.READY) return true
      if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) return false
      await new Promise<void>(changed => channel.watchConnectivityState(state, Infinity, () => changed()))
    }
  }

  /** The call is made on the channel itself: the library's client puts interceptors, events and a stack trace around each. */
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderFields | undefined,
    input: MessageInitShape<I>,
  ): Promise<{ readonly message: MessageShape<O> }> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(canceled())
      const path = `/${method.parent.typeName}/${method.name}`
      const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs
      const request = toBinary(method.input, create(method.input, input))
      const call = this.channel.createCall(path, deadline, null, null, null)
      const cancel = (): void => call.cancelWithStatus(status.CANCELLED, 'canceled by the caller')
      let answer: Uint8Array | undefined
      call.start(metadataOf(header), {
        onReceiveMetadata() {},
        onReceiveMessage(message) {
          answer = message
        },
        // Trailers of a refused call can hold the authorization header that it was made with: they must not go any further.
        onReceiveStatus({ code, details }) {
          signal?.removeEventListener('abort', cancel)
          if (code !== status.OK) return reject(new ConnectError(details, code as number as Code))
          if (answer === undefined) return reject(new ConnectError('the answer has no message', Code.Internal))
          try {
            resolve({ message: fromBinary(method.output, answer) })
          } catch (error) {
            reject(new ConnectError(`the answer cannot be read: ${error}`, Code.Internal))
          }
        },
      })
      signal?.addEventListener('abort', cancel, { once: true })
      call.startRead()
      call.sendMessageWithContext({}, Buffer.from(request.buffer, request.byteOffset, request.byteLength))
      call.halfClose()
    })
  }

  close(): void {
    this.channel.close()
  }
}

function canceled(): ConnectError {
  return new ConnectError('canceled by the caller', Code.Canceled)
}

function metadataOf(header: HeaderFields | undefined): Metadata {
  const metadata = new Metadata()
  if (header !== undefined) for (const [name, value] of Object.entries(header)) metadata.set(name, value)
  return metadata
}
