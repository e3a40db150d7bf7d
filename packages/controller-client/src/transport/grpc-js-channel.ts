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
import { Code, ConnectError, type UnaryResponse } from '@connectrpc/connect'
import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
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
  private readonly client: Client
  private connecting: Promise<boolean> | undefined

  constructor(endpoint: Endpoint, security: ChannelCredentials) {
    this.endpoint = endpoint
    this.client = new Client(`dns:${formatEndpoint(endpoint)}`, security, OPTIONS)
  }

  get connected(): boolean {
    return this.client.getChannel().getConnectivityState(false) === connectivityState.READY
  }

  connect(): Promise<boolean> {
    this.connecting ??= this.untilSettled().finally(() => {
      this.connecting = undefined
    })
    return this.connecting
  }

  private async untilSettled(): Promise<boolean> {
    const channel = this.client.getChannel()
    for (;;) {
      const state = channel.getConnectivityState(true)
      if (state === connectivityState.READY) return true
      if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) return false
      await new Promise<void>(changed => channel.watchConnectivityState(state, Infinity, () => changed()))
    }
  }

  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderFields,
    input: MessageInitShape<I>,
  ): Promise<UnaryResponse<I, O>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(canceled())
      const metadata = new Metadata()
      for (const [name, value] of new Headers(header)) metadata.set(name, value)
      const received = { header: new Headers(), trailer: new Headers() }
      const call = this.client.makeUnaryRequest<MessageShape<I>, MessageShape<O>>(
        `/${method.parent.typeName}/${method.name}`,
        message => Buffer.from(toBinary(method.input, message)),
        bytes => fromBinary(method.output, bytes),
        create(method.input, input),
        metadata,
        timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
        (error, message) => {
          signal?.removeEventListener('abort', cancel)
          if (error !== null || message === undefined) return reject(withoutMetadata(error))
          resolve({ stream: false, service: method.parent, method, message, ...received })
        },
      )
      const cancel = () => call.cancel()
      signal?.addEventListener('abort', cancel, { once: true })
      call.on('metadata', (sent: Metadata) => copy(sent, received.header))
      call.on('status', status => copy(status.metadata, received.trailer))
    })
  }

  close(): void {
    this.client.close()
  }
}

function canceled(): ConnectError {
  return new ConnectError('canceled by the caller', Code.Canceled)
}

/** Trailers of a refused call can hold the authorization header that it was made with: they must not go any further. */
function withoutMetadata(error: ServiceError | null): ConnectError {
  if (error === null) return new ConnectError('the answer has no message', Code.Internal)
  return new ConnectError(error.details, error.code as number as Code)
}

function copy(metadata: Metadata, headers: Headers): void {
  for (const [name, value] of Object.entries(metadata.getMap())) if (typeof value === 'string') headers.set(name, value)
}
