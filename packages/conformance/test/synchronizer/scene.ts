import { resolveClientConfig } from '@pravega-ts/config'
import { type Controller, createController } from '@pravega-ts/controller-client'
import { ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { SegmentStore } from '@pravega-ts/segment-client'
import type { StateModel } from '@pravega-ts/synchronizer'
import type { Dial } from '@pravega-ts/wire-protocol'
import { type Engine, uniqueName } from '../../src/engine.ts'

/** A stream of one segment, and clients for it that share nothing. */
export class Scene implements AsyncDisposable {
  readonly stream: ScopedStream
  readonly controller: Controller
  readonly #engine: Engine
  readonly #stores: SegmentStore[] = []

  private constructor(engine: Engine, stream: ScopedStream) {
    this.#engine = engine
    this.stream = stream
    this.controller = createController(resolveClientConfig(engine.controllerUri))
  }

  static async open(engine: Engine, name: string): Promise<Scene> {
    const scene = new Scene(engine, new ScopedStream(uniqueName(name), 'shared'))
    await scene.controller.createScope(scene.stream.scope)
    await scene.controller.createStream(scene.stream, streamConfiguration())
    return scene
  }

  /** The client of one member. */
  client(dial?: Dial): SegmentStore {
    const config = resolveClientConfig(this.#engine.controllerUri)
    const store = new SegmentStore({ config, controller: this.controller, dial })
    this.#stores.push(store)
    return store
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map(store => store.close({ force: true })))
    await this.controller.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Texts in the order in which they were added; the same text twice does not fit. */
export const texts: StateModel<readonly string[], readonly string[], string> = {
  encodeInitial: initial => Buffer.from(JSON.stringify(initial)),
  // Java members write zero bytes behind a full state.
  decodeInitial: bytes => JSON.parse(Buffer.from(bytes).toString().replace(/\0+$/, '')),
  encodeUpdate: update => Buffer.from(update),
  decodeUpdate: bytes => Buffer.from(bytes).toString(),
  begin: initial => initial,
  apply: (state, update) => {
    if (state.includes(update)) throw new Error(`${update} is there already`)
    return [...state, update]
  },
}
