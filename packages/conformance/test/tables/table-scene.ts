import { resolveClientConfig } from '@pravega-ts/config'
import { type Controller, createController } from '@pravega-ts/controller-client'
import { type ScopedSegment, ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { SegmentStore } from '@pravega-ts/segment-client'
import type { Dial } from '@pravega-ts/wire-protocol'
import { type Engine, uniqueName } from '../../src/engine.ts'

/** Clients that share nothing, and names of tables that nobody else has. */
export class TableScene implements AsyncDisposable {
  readonly controller: Controller
  readonly scope: string = uniqueName('tables')
  readonly #engine: Engine
  readonly #stores: SegmentStore[] = []

  constructor(engine: Engine) {
    this.#engine = engine
    this.controller = createController(resolveClientConfig(engine.controllerUri))
  }

  /** @param dial - Through connections that may break at any time; what is asked over them is asked until it is answered. */
  client(dial?: Dial): SegmentStore {
    const retry = dial === undefined ? undefined : { attempts: Number.POSITIVE_INFINITY, maxDelayMs: 20 }
    const config = resolveClientConfig({ controllerUri: this.#engine.controllerUri, retry })
    const store = new SegmentStore({ config, controller: this.controller, dial })
    this.#stores.push(store)
    return store
  }

  newTable(): { scope: string; name: string } {
    return { scope: this.scope, name: uniqueName('t') }
  }

  /** A segment that is no table. */
  async newStream(): Promise<ScopedSegment> {
    await this.controller.createScope(this.scope)
    const stream = new ScopedStream(this.scope, uniqueName('s'))
    await this.controller.createStream(stream, streamConfiguration())
    const { segments } = await this.controller.getCurrentSegments(stream)
    const [only] = segments
    if (only === undefined) throw new Error('a new stream has a segment')
    return only.segment
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#stores.map(store => store.close({ force: true })))
    await this.controller.close()
  }
}

/** The same store; tells by name what is asked of its tables, before it is asked. */
export function observed(
  store: Pick<SegmentStore, 'table'>,
  onAsk: (name: string) => void,
): Pick<SegmentStore, 'table'> {
  return {
    table: segment =>
      new Proxy(store.table(segment), {
        get(table, name) {
          const member: unknown = Reflect.get(table, name)
          if (typeof member !== 'function') return member
          return (...args: unknown[]) => {
            onAsk(String(name))
            return member.apply(table, args)
          }
        },
      }),
  }
}
