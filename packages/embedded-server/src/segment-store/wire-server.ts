import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Logger } from '@pravega-ts/config'
import { type CloseOptions, PravegaError } from '@pravega-ts/model'
import type { FaultSwitchboard } from '../faults/fault-switchboard.ts'
import { Connection } from './connection.ts'
import type { SegmentCatalog } from './segment-catalog.ts'

/** A certificate and its private key, both as PEM text. */
export interface ServerTlsOptions {
  readonly cert: string
  readonly key: string
}

export interface WireServerOptions {
  readonly catalog: SegmentCatalog
  readonly faults: FaultSwitchboard
  readonly logger: Logger
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly tls?: ServerTlsOptions | undefined
}

/** The segment store's port. */
export interface WireServer {
  readonly port: number
  /** Number of open connections. */
  readonly connections: number
  /** Takes no more connections, and ends those that are there when they have been sent what is due, or at once. */
  close(options?: CloseOptions): Promise<void>
}

/**
 * Listens for segment store clients.
 * @throws PravegaError CONNECTION_FAILED when the port cannot be listened on.
 */
export async function startWireServer(options: WireServerOptions): Promise<WireServer> {
  const connections = new Set<Connection>()
  // With TLS also those whose handshake is under way.
  const sockets = new Set<Socket>()
  const accept = (socket: Socket): void => {
    const connection = new Connection(socket, options)
    connections.add(connection)
    connection.onGone(() => connections.delete(connection))
  }
  const server =
    options.tls === undefined
      ? createServer(accept)
      : createTlsServer({ cert: options.tls.cert, key: options.tls.key, minVersion: 'TLSv1.2' }, accept)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  // A client that breaks off its TLS handshake concerns nobody else.
  server.on('tlsClientError', error => options.logger.debug('TLS handshake failed', { error: error.message }))
  const port = await listen(server, options.host, options.port)
  server.on('error', error => options.logger.error('the segment store port failed', { error }))
  let closed: Promise<void> | undefined
  return {
    port,
    get connections() {
      return connections.size
    },
    close({ force = false } = {}) {
      closed ??= new Promise(resolve => server.close(() => resolve()))
      const cut = (): void => {
        for (const socket of [...sockets]) socket.destroy()
      }
      if (force || connections.size === 0) {
        cut()
        return closed
      }
      for (const connection of [...connections]) {
        connection.onGone(() => connections.size === 0 && cut())
        connection.close('the server closes')
      }
      return closed
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      reject(
        new PravegaError(
          'CONNECTION_FAILED',
          `cannot listen on ${host}:${port} for segment store clients: ${cause.message}; choose another port, or 0 for any`,
          { cause, retriable: false },
        ),
      )
    }
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
