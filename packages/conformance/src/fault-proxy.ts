import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Endpoint } from '@pravega-ts/model'
import type { Dial } from '@pravega-ts/wire-protocol'

/** What happens to one connection. `Infinity` leaves a direction alone. */
export interface Fate {
  /** Both sides are destroyed once this many bytes went from client to server. */
  readonly cutAfterSentBytes: number
  /** Both sides are destroyed once this many bytes went from server to client. */
  readonly cutAfterReceivedBytes: number
}

export const UNHARMED: Fate = {
  cutAfterSentBytes: Number.POSITIVE_INFINITY,
  cutAfterReceivedBytes: Number.POSITIVE_INFINITY,
}

/**
 * A TCP proxy that breaks connections where it is told to, in the middle of a frame if that is where the byte lies.
 * The client reaches it through its `Dial`; the target travels in a first line, so one proxy serves all endpoints.
 */
export class FaultProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets: Set<Socket> = new Set()
  readonly #fate: (connection: number) => Fate
  #connections = 0
  #cuts = 0

  private constructor(fate: (connection: number) => Fate) {
    this.#fate = fate
    this.#server = createServer(client => this.#accept(client))
  }

  static async start(fate: (connection: number) => Fate): Promise<FaultProxy> {
    const proxy = new FaultProxy(fate)
    await new Promise<void>((settle, fail) => {
      proxy.#server.once('error', fail)
      proxy.#server.listen({ host: '127.0.0.1', port: 0 }, settle)
    })
    return proxy
  }

  /** Connections that were broken so far. */
  get cuts(): number {
    return this.#cuts
  }

  /** To be given to a client in place of its own way of opening sockets. */
  get dial(): Dial {
    return (endpoint: Endpoint): Socket => {
      const address = this.#server.address()
      if (address === null || typeof address === 'string') throw new Error('the proxy is closed')
      const socket = connect({ host: '127.0.0.1', port: address.port })
      socket.write(`${endpoint.host} ${endpoint.port}\n`)
      return socket
    }
  }

  /** Breaks every connection that is open now. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cutAll()
    await new Promise<void>(settle => this.#server.close(() => settle()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #accept(client: Socket): void {
    this.#track(client)
    const fate = this.#fate(this.#connections++)
    let preface = Buffer.alloc(0)
    const onPreface = (chunk: Buffer): void => {
      preface = Buffer.concat([preface, chunk])
      const end = preface.indexOf('\n')
      if (end < 0) return
      client.off('data', onPreface)
      client.pause()
      const [host = '127.0.0.1', port = '0'] = preface.subarray(0, end).toString('ascii').split(' ')
      const server = connect({ host, port: Number(port) })
      this.#track(server)
      this.#forward(client, server, fate.cutAfterSentBytes, preface.subarray(end + 1))
      this.#forward(server, client, fate.cutAfterReceivedBytes, Buffer.alloc(0))
    }
    client.on('data', onPreface)
  }

  #forward(from: Socket, to: Socket, limit: number, first: Buffer): void {
    let left = limit
    const pass = (chunk: Buffer): void => {
      const part = chunk.length > left ? chunk.subarray(0, left) : chunk
      left -= part.length
      const flows = part.length === 0 || to.write(part)
      if (left === 0) {
        this.#cuts++
        from.destroy()
        to.destroy()
      } else if (!flows) {
        from.pause()
        to.once('drain', () => from.resume())
      }
    }
    if (first.length > 0) pass(first)
    from.on('data', pass)
    from.on('end', () => to.end())
    from.on('close', () => to.destroy())
    from.resume()
  }

  #track(socket: Socket): void {
    socket.setNoDelay(true)
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
  }
}
