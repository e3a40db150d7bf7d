import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { Endpoint } from '@pravega-ts/model'
import { type Command, decodePayload, encodeFrame, FrameParser } from '@pravega-ts/wire-protocol'

export const HELLO: Command = { command: 'Hello', highVersion: 16, lowVersion: 5 }

/** One accepted connection of a scripted segment store. */
export class Peer {
  readonly socket: Socket
  readonly received: Command[] = []
  readonly #onCommand: (command: Command, peer: Peer) => void

  constructor(socket: Socket, onCommand: (command: Command, peer: Peer) => void) {
    this.socket = socket
    this.#onCommand = onCommand
    const parser = new FrameParser()
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', chunk => {
      parser.push(chunk)
      for (let frame = parser.next(); frame !== undefined; frame = parser.next()) {
        const command = decodePayload(frame.type, frame.payload)
        this.received.push(command)
        this.#onCommand(command, this)
      }
    })
  }

  send(command: Command): void {
    this.socket.write(encodeFrame(command))
  }
}

export interface PeerServer extends AsyncDisposable {
  readonly endpoint: Endpoint
  readonly peers: readonly Peer[]
  readonly server: Server
}

export interface PeerServerOptions {
  /** Called with every command; default: greets, echoes keep-alives. */
  readonly onCommand?: (command: Command, peer: Peer) => void
  readonly onConnection?: (socket: Socket) => void
  readonly tls?: TlsOptions
}

/** Does what every segment store does. */
export function polite(command: Command, peer: Peer): void {
  if (command.command === 'Hello') peer.send(HELLO)
  if (command.command === 'KeepAlive') peer.send({ command: 'KeepAlive' })
}

/** A scripted segment store on a free port of the loopback interface. */
export async function startPeer(options: PeerServerOptions = {}): Promise<PeerServer> {
  const peers: Peer[] = []
  const accept = (socket: Socket): void => {
    socket.on('error', () => {})
    if (options.onConnection !== undefined) options.onConnection(socket)
    else peers.push(new Peer(socket, options.onCommand ?? polite))
  }
  const server = options.tls === undefined ? createServer(accept) : createTlsServer(options.tls, accept)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    endpoint: { host: '127.0.0.1', port: address.port },
    peers,
    server,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      if (server.listening) await new Promise(resolve => server.close(resolve))
    },
  }
}
