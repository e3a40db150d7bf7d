import { ClientFactory, ScalingPolicy, ScopedStream, type StreamManager } from '@pravega-ts/client'
import { type Engine, uniqueName } from './engine.ts'

/** A scope of its own on a server, with streams in it. Closes everything that was made through it. */
export class Scene implements AsyncDisposable {
  readonly scope: string
  readonly factory: ClientFactory
  readonly #disposables: AsyncDisposableStack = new AsyncDisposableStack()
  #made = 0

  constructor(scope: string, factory: ClientFactory) {
    this.scope = scope
    this.factory = this.#disposables.use(factory)
  }

  static async open<S extends Scene>(
    this: new (
      scope: string,
      factory: ClientFactory,
    ) => S,
    engine: Pick<Engine, 'controllerUri'>,
    prefix: string,
  ): Promise<S> {
    const scope = uniqueName(prefix)
    const factory = await ClientFactory.create(engine.controllerUri)
    await factory.streamManager().createScope(scope)
    return new this(scope, factory)
  }

  get manager(): StreamManager {
    return this.factory.streamManager()
  }

  /** Something to be closed with the scene, before what was made earlier. */
  use<T extends AsyncDisposable>(resource: T): T {
    return this.#disposables.use(resource)
  }

  /** As {@link Scene.use}, for what is closed in a way of its own. */
  adopt<T>(resource: T, close: (resource: T) => Promise<void>): T {
    return this.#disposables.adopt(resource, close)
  }

  /** A name that the scene has not given yet. */
  newName(prefix: string): string {
    return `${prefix}-${this.#made++}`
  }

  async stream(segments = 1): Promise<ScopedStream> {
    const stream = new ScopedStream(this.scope, this.newName('stream'))
    await this.manager.createStream(stream, { scaling: ScalingPolicy.fixed(segments) })
    return stream
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposables.disposeAsync()
  }
}
