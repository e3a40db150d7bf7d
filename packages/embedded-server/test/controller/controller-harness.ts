import { fromJson, type JsonValue, type Message, toJson } from '@bufbuild/protobuf'
import {
  type Client,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { ControllerService } from '@pravega-ts/controller-client/generated'
import {
  type ControllerServer,
  type ControllerServerOptions,
  type ControllerState,
  MemoryControllerState,
  startControllerServer,
} from '../../src/controller/index.ts'
import { serviceDefinition } from '../../src/controller/service/grpc-service.ts'
import { FakeEngine } from './fake-engine.ts'
import { ManualClock } from './manual-clock.ts'

export interface Answer {
  /** Name of the gRPC code. */
  readonly grpc: string
  readonly details: string
  readonly response?: JsonValue
  /** Names of the trailers of a failure. */
  readonly trailers?: readonly string[]
}

export interface CallSettings {
  readonly metadata?: Readonly<Record<string, string>>
  readonly deadlineMs?: number
}

const ClientOfService = makeGenericClientConstructor(serviceDefinition(ControllerService), 'ControllerService')

/** A controller on a fake segment store, and a client that speaks JSON with it over real gRPC. */
export class ControllerHarness {
  readonly state: ControllerState = new MemoryControllerState()
  readonly engine: FakeEngine = new FakeEngine()
  readonly clock: ManualClock = new ManualClock()
  readonly #options: Partial<ControllerServerOptions>
  #server: ControllerServer | undefined
  #client: Client | undefined

  constructor(options: Partial<ControllerServerOptions> = {}) {
    this.#options = options
  }

  get server(): ControllerServer {
    if (this.#server === undefined) throw new Error('the controller is not started')
    return this.#server
  }

  async start(): Promise<this> {
    this.#server = await startControllerServer({
      state: this.state,
      engine: this.engine,
      clock: this.clock,
      segmentStoreEndpoint: () => ({ host: '127.0.0.1', port: 6000 }),
      host: '127.0.0.1',
      port: 0,
      ...this.#options,
    })
    const { tls } = this.#options
    const channel =
      tls !== undefined && 'cert' in tls ? credentials.createSsl(Buffer.from(tls.cert)) : credentials.createInsecure()
    const names = { 'grpc.ssl_target_name_override': 'localhost' }
    this.#client = new ClientOfService(`127.0.0.1:${this.#server.port}`, channel, names)
    return this
  }

  async stop(): Promise<void> {
    this.#client?.close()
    await this.#server?.close()
  }

  call(method: string, request: JsonValue, { metadata = {}, deadlineMs }: CallSettings = {}): Promise<Answer> {
    const descriptor = ControllerService.methods.find(({ name }) => name === method)
    const client = this.#client
    if (descriptor === undefined || client === undefined) throw new Error(`cannot call ${method}`)
    const headers = new Metadata()
    for (const [name, value] of Object.entries(metadata)) headers.set(name, value)
    return new Promise(resolve => {
      const done = (error: ServiceError | null, response?: Message): void => {
        if (error !== null) {
          const trailers = Object.keys(error.metadata.getMap())
          resolve({ grpc: status[error.code] ?? '', details: error.details, trailers })
        } else {
          const json = toJson(descriptor.output, response as Message, { alwaysEmitImplicit: true })
          resolve({ grpc: 'OK', details: '', response: json })
        }
      }
      const stub = client as unknown as Record<string, (...args: readonly unknown[]) => unknown>
      const options = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs }
      stub[method]?.(fromJson(descriptor.input, request), headers, options, done)
    })
  }

  /** The answer's message; throws when there is none. */
  async ok(method: string, request: JsonValue): Promise<JsonValue> {
    const { grpc, details, response } = await this.call(method, request)
    if (response === undefined) throw new Error(`${method} ended with ${grpc}: ${details}`)
    return response
  }
}

/** Request for a stream with a fixed number of segments. */
export function streamConfig(scope: string, stream: string, segments: number): { [key: string]: JsonValue } {
  return {
    streamInfo: { scope, stream },
    scalingPolicy: { scaleType: 'FIXED_NUM_SEGMENTS', minNumSegments: segments },
  }
}
