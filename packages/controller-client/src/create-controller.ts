import { ConnectError, type Transport } from '@connectrpc/connect'
import type { ClientConfig } from '@pravega-ts/config'
import { type Endpoint, formatEndpoint } from '@pravega-ts/model'
import { Calls, type Reach } from './calls.ts'
import { clusterCalls } from './cluster.ts'
import type { Controller } from './controller.ts'
import { ControllerService } from './generated/index.ts'
import { keyValueTableCalls } from './key-value-tables.ts'
import { endpointOf } from './messages.ts'
import { failure } from './outcomes/grpc-codes.ts'
import { readerGroupCalls } from './reader-groups.ts'
import { scalingCalls } from './scaling.ts'
import { scopeCalls } from './scopes.ts'
import { segmentCalls } from './segments.ts'
import { streamCalls } from './streams.ts'
import { tokenCalls } from './tokens.ts'
import { transactionCalls } from './transactions.ts'
import { Balancer } from './transport/balancer.ts'
import type { Carrier, OpenChannel } from './transport/channel.ts'
import { Discovery } from './transport/discovery.ts'
import { watermarkCalls } from './watermarks.ts'

export interface ControllerOptions {
  /**
   * What carries the calls: `'grpc-js'`, `'connect-node'` (only loaded when chosen; loses more calls than grpc-js while a
   * server shuts down, they are sent again), or a transport of the connect library, which then does addresses and TLS itself.
   * Default `'grpc-js'`.
   */
  readonly transport?: 'grpc-js' | 'connect-node' | Transport | undefined
}

/**
 * A controller client that speaks gRPC. Does not connect before the first call.
 *
 * @param config - Made with `resolveClientConfig`.
 */
export function createController(config: ClientConfig, options: ControllerOptions = {}): Controller {
  const { transport = 'grpc-js' } = options
  const calls = new Calls(typeof transport === 'string' ? reach(config, transport) : { transport }, config)
  return {
    ...scopeCalls(calls),
    ...streamCalls(calls),
    ...segmentCalls(calls),
    ...scalingCalls(calls),
    ...transactionCalls(calls),
    ...watermarkCalls(calls),
    ...readerGroupCalls(calls),
    ...keyValueTableCalls(calls),
    ...tokenCalls(calls),
    ...clusterCalls(calls),
    close: closeOptions => calls.close(closeOptions),
    [Symbol.asyncDispose]: () => calls.close(),
  }
}

function reach(config: ClientConfig, library: 'grpc-js' | 'connect-node'): Reach {
  const load = loader(config, library)
  const { endpoints, discovery: discovers } = config.controllerUri
  const balancer = new Balancer(load, endpoints)
  const common = {
    transport: balancer,
    endpoints: () => balancer.endpoints.map(formatEndpoint).join(', '),
    connected: () => balancer.connected,
  }
  if (!discovers) return { ...common, close: () => balancer.close() }

  // A list of its own, so that the endpoints of the URI are asked even when none of those discovered is left.
  const asked = new Balancer(load, endpoints)
  const discovery = new Discovery({
    fetch: () => controllers(asked, config),
    apply: found => balancer.replace(found),
    logger: config.logger,
  })
  return {
    ...common,
    prepare: () => discovery.prepare(),
    unreachable: () => discovery.hint(),
    close() {
      discovery.close()
      asked.close()
      balancer.close()
    },
  }
}

function loader(config: ClientConfig, library: 'grpc-js' | 'connect-node'): () => Promise<OpenChannel> {
  let opener: Promise<OpenChannel> | undefined
  const load = async () =>
    library === 'grpc-js'
      ? (await import('./transport/grpc-js-channel.ts')).grpcJsChannels(config)
      : (await import('./transport/connect-node-channel.ts')).connectNodeChannels(config)
  return () => {
    opener ??= load()
    return opener
  }
}

/** One question without retries: the next one is a matter of seconds, and the endpoints of the URI will do until then. */
async function controllers(transport: Carrier, { credentials, timeouts }: ClientConfig): Promise<readonly Endpoint[]> {
  const timeoutMs = timeouts.connectMs
  const signal = AbortSignal.timeout(timeoutMs)
  const authorization = await credentials?.authorization({ signal, timeoutMs })
  const header = authorization === undefined ? undefined : { authorization }
  const method = ControllerService.method.getControllerServerList
  try {
    const { message } = await transport.unary(method, signal, timeoutMs, header, {})
    return message.nodeURI.map(endpointOf)
  } catch (thrown) {
    const { code, rawMessage } = ConnectError.from(thrown)
    throw failure(method.name, 'the cluster', code, rawMessage).error
  }
}
