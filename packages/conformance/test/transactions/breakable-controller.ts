import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a controller that breaks when it is told to, and can be gone again at once. */
export class BreakableController implements AsyncDisposable {
  readonly #target: URL
  readonly #server: Server
  readonly #sockets: Set<Socket> = new Set()
  #cuts = 0

  private constructor(target: string) {
    this.#target = new URL(target)
    this.#server = createServer(client => this.#accept(client))
  }

  static async start(target: string): Promise<BreakableController> {
    const controller = new BreakableController(target)
    await new Promise<void>((settle, fail) => {
      controller.#server.once('error', fail)
      controller.#server.listen({ host: '127.0.0.1', port: 0 }, settle)
    })
    return controller
  }

  /** Connections that were broken so far. */
  get cuts(): number {
    return this.#cuts
  }

  get uri(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it is closed')
    return `tcp://127.0.0.1:${address.port}`
  }

  /** Breaks every connection that is open now. */
  cutAll(): void {
    this.#cuts += this.#sockets.size / 2
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>(settle => this.#server.close(() => settle()))
  }

  #accept(client: Socket): void {
    const server = connect({ host: this.#target.hostname, port: Number(this.#target.port) })
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true)
      this.#sockets.add(from)
      from.on('error', () => from.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  }
}
