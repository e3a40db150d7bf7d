import { Metadata, Server, ServerCredentials, type ServiceDefinition, status } from '@grpc/grpc-js'
import { decode, encode, type Json, methods, schema } from './wire-codec.ts'

/** A call as the server saw it. */
export interface Received {
  readonly method: string
  /** Decoded by the independent codec. */
  readonly request: Json
  readonly authorization: string | undefined
  /** Whether and when the client gave it up. */
  readonly cancelled: Promise<void>
}

export interface Refused {
  readonly code: number
  readonly details?: string
  readonly trailers?: Readonly<Record<string, string>>
}

/** What a call is answered with: a response, or a gRPC code. */
export type Answer = { readonly response: Json } | Refused

export type Handler = (call: Received, count: number) => Answer | Promise<Answer>

/** A controller that answers as it is told, through the independent codec: no generated code is on this side. */
export class TestServer {
  readonly calls: Received[] = []
  port = 0
  private handler: Handler
  private server: Server
  private readonly options: { readonly credentials?: ServerCredentials; readonly without?: readonly string[] }

  private constructor(handler: Handler, options: TestServer['options']) {
    this.handler = handler
    this.options = options
    this.server = this.build()
  }

  static async start(handler: Handler, options: TestServer['options'] & { port?: number } = {}): Promise<TestServer> {
    const server = new TestServer(handler, options)
    await server.listen(options.port ?? 0)
    return server
  }

  get uri(): string {
    return `tcp://127.0.0.1:${this.port}`
  }

  answer(handler: Handler): void {
    this.handler = handler
    this.calls.length = 0
  }

  /** Names of the methods that were called, in order. */
  get called(): readonly string[] {
    return this.calls.map(call => call.method)
  }

  async stop(): Promise<void> {
    this.server.forceShutdown()
    await new Promise<void>(done => this.server.tryShutdown(() => done()))
  }

  /** Ends all connections with GOAWAY; calls in flight finish. */
  goAway(): void {
    this.server.drain(`127.0.0.1:${this.port}`, 5_000)
  }

  /** On the same port again, after `stop`. */
  async restart(): Promise<void> {
    this.server = this.build()
    await this.listen(this.port)
  }

  private listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const credentials = this.options.credentials ?? ServerCredentials.createInsecure()
      this.server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => {
        this.port = bound
        if (error === null) resolve()
        else reject(error)
      })
    })
  }

  private build(): Server {
    const server = new Server()
    const definition: Record<string, ServiceDefinition[string]> = {}
    const implementation: Record<string, (call: UnaryCall, callback: Callback) => void> = {}
    for (const method of methods.values()) {
      if (this.options.without?.includes(method.name)) continue
      definition[method.name] = {
        path: `/${schema.package}.${schema.service}/${method.name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
      }
      implementation[method.name] = (call, callback) => void this.serve(method, call, callback)
    }
    server.addService(definition, implementation as never)
    return server
  }

  private async serve(
    method: { name: string; request: string; response: string },
    call: UnaryCall,
    callback: Callback,
  ) {
    const cancelled = new Promise<void>(resolve => call.on('cancelled', resolve))
    try {
      const received: Received = {
        method: method.name,
        request: decode(method.request, call.request),
        authorization: call.metadata.get('authorization')[0]?.toString(),
        cancelled,
      }
      this.calls.push(received)
      const answer = await this.handler(received, this.calls.length)
      if ('response' in answer) return callback(null, Buffer.from(encode(method.response, answer.response)))
      const metadata = new Metadata()
      for (const [name, value] of Object.entries(answer.trailers ?? {})) metadata.set(name, value)
      callback({ code: answer.code, details: answer.details ?? '', metadata })
    } catch (error) {
      // A code that is not sent again.
      callback({ code: status.OUT_OF_RANGE, details: `the test server failed: ${error}`, metadata: new Metadata() })
    }
  }
}

interface UnaryCall {
  readonly request: Buffer
  readonly metadata: Metadata
  on(event: 'cancelled', listener: () => void): void
}

type Callback = (error: { code: number; details: string; metadata: Metadata } | null, bytes?: Buffer) => void
