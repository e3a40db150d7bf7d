import { createServer, type Server, type Socket } from 'node:net'
import {
  createServer as createTlsServer,
  type SecureContextOptions,
  type TLSSocket,
  Server as TlsServer,
} from 'node:tls'
import type { Logger } from '@pravega-ts/config'
import { PravegaError } from '@pravega-ts/model'
import { messageOf } from '../message-of.ts'
import { PortMeasures } from '../observability/measures.ts'
import type { Clock } from '../time/clock.ts'
import { INTRODUCTION_MS, MAX_CONNECTIONS } from './limits.ts'
import { Patience } from './patience.ts'

/** What TLS is spoken with, as PEM texts. */
export interface PortCertificate {
  readonly cert: string
  readonly key: string
  /** Authorities of client certificates. With this, every client must show one. */
  readonly clientCa?: string | undefined
}

/** A certificate that may change; the next connection is shown the new one. */
export interface PortIdentity {
  readonly current: PortCertificate
  /** Calls back when there is another one. Returns what calls that off. */
  onChange(listener: (certificate: PortCertificate) => void): () => void
}

export interface PortOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Who comes here, for messages: `controller clients`. */
  readonly clients: string
  /** Default: plain TCP. */
  readonly tls?: PortCertificate | PortIdentity | undefined
  /** Protocols to agree on in the TLS handshake. Default: none. */
  readonly protocols?: readonly string[] | undefined
  /** So many connections at most. */
  readonly maxConnections?: number | undefined
  readonly clock: Clock
  readonly logger: Logger
  /** What is counted. Default: nobody looks at it. */
  readonly measures?: PortMeasures | undefined
}

/** One that came. */
export interface Guest {
  /** What to read from and write to; with TLS, the plain side. */
  readonly socket: Socket
  /** It has said something sensible: there is no hurry any more. */
  introduced(): void
}

/** An open port. Who comes before {@link Port.serve} is called waits. */
export interface Port {
  readonly port: number
  /** Number of open connections, TLS handshakes under way included. */
  readonly connections: number
  serve(accept: (guest: Guest) => void): void
  /** Takes no more connections. Resolves when the last one is gone. Idempotent. */
  close(): Promise<void>
  /** Ends all connections at once, whatever has not been sent. */
  cut(): void
}

/**
 * Opens a port. A connection that does not introduce itself within {@link INTRODUCTION_MS} is ended. When there are as many as may be,
 * the one that has not introduced itself for longest makes room for the next; if all have, the next is turned away.
 * @throws PravegaError CONNECTION_FAILED when the port cannot be listened on; INVALID_ARGUMENT for a certificate that is none.
 */
export async function openPort(options: PortOptions): Promise<Port> {
  const { clients, logger, maxConnections = MAX_CONNECTIONS, measures = new PortMeasures() } = options
  const sockets = new Map<string, Socket>()
  let warned = false
  let waiting: Guest[] = []
  let accept = (guest: Guest): void => void waiting.push(guest)

  const strangers = new Patience<Socket>(options.clock, INTRODUCTION_MS, socket => {
    logger.debug('connection ended: it did not introduce itself in time', { peer: peerOf(socket), clients })
    socket.destroy()
  })
  const refuse = (socket: Socket): void => {
    measures.refused++
    if (!warned) logger.warn('too many connections: some are refused', { clients, maxConnections })
    warned = true
    socket.destroy()
  }
  const makeRoom = (): boolean => {
    if (sockets.size < maxConnections) return true
    const stranger = strangers.longest?.waiting
    if (stranger === undefined) return false
    refuse(stranger)
    strangers.end(stranger)
    return true
  }
  const server = newServer(options)
  server.on('connection', (raw: Socket) => {
    const peer = peerOf(raw)
    measures.accepted++
    if (!makeRoom()) {
      refuse(raw)
      return
    }
    sockets.set(peer, raw)
    strangers.begin(raw)
    raw.on('error', () => {})
    raw.on('close', () => {
      strangers.end(raw)
      if (sockets.get(peer) === raw) sockets.delete(peer)
    })
    if (options.tls === undefined) accept({ socket: raw, introduced: () => strangers.end(raw) })
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    const raw = sockets.get(peerOf(socket))
    if (raw === undefined) socket.destroy()
    else accept({ socket, introduced: () => strangers.end(raw) })
  })
  // A client that breaks off its TLS handshake concerns nobody else.
  server.on('tlsClientError', error => logger.debug('TLS handshake failed', { clients, error: error.message }))
  const port = await listen(server, options)
  server.on('error', error => logger.error('a port failed', { clients, port, error }))
  const unfollow = follow(server, options.tls)
  let closed: Promise<void> | undefined
  return {
    port,
    get connections() {
      return sockets.size
    },
    serve(serving) {
      accept = serving
      for (const guest of waiting) serving(guest)
      waiting = []
    },
    close() {
      unfollow()
      closed ??= new Promise(resolve => server.close(() => resolve()))
      return closed
    },
    cut() {
      for (const socket of [...sockets.values()]) socket.destroy()
    },
  }
}

/** Address and port of the other side. */
export function peerOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`
}

function newServer({ clients, tls, protocols = [] }: PortOptions): Server {
  if (tls === undefined) return createServer({ noDelay: true })
  const certificate = 'current' in tls ? tls.current : tls
  try {
    return createTlsServer({
      ...contextOf(certificate),
      requestCert: certificate.clientCa !== undefined,
      ...(protocols.length > 0 && { ALPNProtocols: [...protocols] }),
    })
  } catch (cause) {
    throw new PravegaError(
      'INVALID_ARGUMENT',
      `the TLS certificate for ${clients} cannot be used: ${messageOf(cause)}; give PEM texts of a certificate and its own key`,
      { cause },
    )
  }
}

function contextOf({ cert, key, clientCa }: PortCertificate): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2', ...(clientCa !== undefined && { ca: clientCa }) }
}

/** Shows what the identity changes to. Returns what ends that. */
function follow(server: Server, tls: PortOptions['tls']): () => void {
  if (tls === undefined || !('current' in tls) || !(server instanceof TlsServer)) return () => {}
  return tls.onChange(certificate => server.setSecureContext(contextOf(certificate)))
}

function listen(server: Server, { host, port, clients }: PortOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void => {
      reject(
        new PravegaError(
          'CONNECTION_FAILED',
          `cannot listen on ${host}:${port} for ${clients}: ${messageOf(cause)}; choose another port, or 0 for any`,
          { cause, retriable: false },
        ),
      )
    }
    server.once('error', failed)
    try {
      server.listen(port, host, () => {
        server.off('error', failed)
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    } catch (cause) {
      failed(cause)
    }
  })
}
