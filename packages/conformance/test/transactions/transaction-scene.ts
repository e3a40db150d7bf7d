import { setTimeout as sleep } from 'node:timers/promises'
import { ClientFactory, ScalingPolicy, ScopedStream, type StreamManager, utf8Serializer } from '@pravega-ts/client'
import { openSegmentEvents } from '@pravega-ts/event-client'
import { PravegaError, type ScopedSegment } from '@pravega-ts/model'
import {
  openTransactionalEventWriter,
  type TransactionalEventWriter,
  type TransactionalEventWriterOptions,
} from '@pravega-ts/transactions'
import { type Engine, uniqueName } from '../../src/engine.ts'

/** The shortest lease that servers take. */
export const LEASE_MS = 10_000

type Clients = Pick<ClientFactory, 'segmentStore' | 'controller'>

/** A scope of its own on a server, and short ways to what cases of transactions need. Closes what was made through it. */
export class TransactionScene implements AsyncDisposable {
  readonly scope: string
  readonly factory: ClientFactory
  readonly #disposables: AsyncDisposableStack = new AsyncDisposableStack()
  #made = 0

  private constructor(scope: string, factory: ClientFactory) {
    this.scope = scope
    this.factory = this.#disposables.use(factory)
  }

  static async open(engine: Pick<Engine, 'controllerUri'>, prefix: string): Promise<TransactionScene> {
    const scope = uniqueName(prefix)
    const factory = await ClientFactory.create(engine.controllerUri)
    await factory.streamManager().createScope(scope)
    return new TransactionScene(scope, factory)
  }

  get manager(): StreamManager {
    return this.factory.streamManager()
  }

  /** Something to be closed with the scene, before what was made earlier. */
  use<T extends AsyncDisposable>(resource: T): T {
    return this.#disposables.use(resource)
  }

  async stream(segments = 1): Promise<ScopedStream> {
    const stream = new ScopedStream(this.scope, `stream-${this.#made++}`)
    await this.manager.createStream(stream, { scaling: ScalingPolicy.fixed(segments) })
    return stream
  }

  /** A writer of text. */
  async writer(
    stream: ScopedStream,
    {
      clients = this.factory,
      ...options
    }: Omit<TransactionalEventWriterOptions<string>, 'serializer'> & {
      readonly clients?: Clients
    } = {},
  ): Promise<TransactionalEventWriter<string>> {
    const all = { leaseMs: LEASE_MS, ...options, serializer: utf8Serializer }
    return this.use(await openTransactionalEventWriter(clients.segmentStore, stream, all))
  }

  /** What stands in each segment that is written to now, up to its end. */
  async contents(stream: ScopedStream): Promise<readonly (readonly string[])[]> {
    const { segments } = await this.factory.controller.getCurrentSegments(stream)
    return await Promise.all(segments.map(({ segment }) => this.read(segment)))
  }

  async read(segment: ScopedSegment): Promise<readonly string[]> {
    const { writeOffset } = await this.factory.segmentStore.getInfo(segment)
    const options = { endOffset: writeOffset, serializer: utf8Serializer }
    await using events = openSegmentEvents(this.factory.segmentStore, segment, options)
    const texts: string[] = []
    for (let batch = await events.next(); batch.kind === 'slice'; batch = await events.next()) {
      for (const { value } of batch.slice) texts.push(value)
    }
    return texts
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposables.disposeAsync()
  }
}

/** Asks until the answer is the one that is wanted, or half a minute is over. Gives the last answer. */
export async function eventually<R extends string>(ask: () => Promise<R>, wanted: R): Promise<R> {
  for (let attempt = 0; ; attempt++) {
    const answer = await ask()
    if (answer === wanted || attempt === 60) return answer
    await sleep(500)
  }
}

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<PravegaError> {
  try {
    await call
  } catch (error) {
    if (PravegaError.is(error)) return error
    throw error
  }
  throw new Error('it has not failed')
}
