import { type ClientConfigOptions, resolveClientConfig } from '@pravega-ts/config'
import type { Controller } from '@pravega-ts/controller-client'
import type { CallOptions, Endpoint, ScopedSegment } from '@pravega-ts/model'
import type { Command, Flow, FlowHandler, Reply, Request } from '@pravega-ts/wire-protocol'
import { SlabPool } from '../../src/append/slab-pool.ts'
import { DelegationTokens } from '../../src/delegation-tokens.ts'
import { SegmentLocator } from '../../src/locator.ts'
import type { StoreContext } from '../../src/store-context.ts'
import { FakeConnection } from './fake-connection.ts'
import { FakeSegment } from './fake-segment.ts'

/** A controller and a segment store without sockets. */
export class FakeCluster {
  readonly connections: FakeConnection[] = []
  readonly located: string[] = []
  readonly tokensGiven: string[] = []
  /** Where the controller says that segments are. */
  endpoint: Endpoint = { host: 'store', port: 6000 }
  token: () => string = () => ''
  /** Says what becomes of a request; undefined: what usually does. */
  intercept: ((command: Request) => Reply | 'cut' | 'silence' | undefined) | undefined
  /** Says why a connection cannot be made; undefined: it can. */
  refuse: (() => Error | undefined) | undefined
  readonly #segments = new Map<string, FakeSegment>()
  #held: (() => void)[] | undefined

  segment(name: string | ScopedSegment): FakeSegment {
    const key = String(name)
    const known = this.#segments.get(key)
    if (known !== undefined) return known
    const made = new FakeSegment(key)
    this.#segments.set(key, made)
    return made
  }

  /** Requests wait until {@link release}. */
  hold(): void {
    this.#held ??= []
  }

  /** Lets requests through; only the first `count` if that is given, and the others go on waiting. */
  release(count?: number): void {
    const held = this.#held ?? []
    if (count === undefined) this.#held = undefined
    for (const act of held.splice(0, count ?? held.length)) act()
  }

  get heldCount(): number {
    return this.#held?.length ?? 0
  }

  arrived(connection: FakeConnection, _: Command, answer: () => void): void {
    if (this.#held === undefined) this.later(() => connection.open && answer())
    else this.#held.push(answer)
  }

  later(act: () => void): void {
    setImmediate(act)
  }

  get controller(): Pick<Controller, 'getEndpoint' | 'getDelegationToken'> {
    return {
      getEndpoint: async (segment: ScopedSegment) => {
        this.located.push(String(segment))
        return this.endpoint
      },
      getDelegationToken: async (stream, access) => {
        const token = this.token()
        this.tokensGiven.push(`${stream} ${access} ${token}`)
        return token
      },
    }
  }

  context(options: ClientConfigOptions = {}, now?: () => number): StoreContext {
    const retry = { initialDelayMs: 1, multiplier: 2, maxDelayMs: 4, attempts: 5, jitter: 0 }
    const config = resolveClientConfig({ retry, ...options }, {})
    return {
      config,
      pool: { acquire: (_, handler, call) => this.#acquire(handler, call) },
      locator: new SegmentLocator(this.controller, 1_000),
      tokens: new DelegationTokens(this.controller, 1_000, now),
      slabs: new SlabPool(),
    }
  }

  async #acquire(
    handler: FlowHandler,
    call: (CallOptions & { readonly dedicated?: boolean | undefined }) | undefined,
  ): Promise<Flow> {
    const refusal = this.refuse?.()
    if (refusal !== undefined) throw refusal
    const connection = new FakeConnection(this, handler, call?.dedicated === true, this.connections.length + 1)
    this.connections.push(connection)
    return connection
  }
}

/** Waits for a condition, turn by turn of the event loop. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 5_000; turn++) {
    if (condition()) return
    await new Promise(resolve => setTimeout(resolve, turn < 50 ? 0 : 1))
  }
  throw new Error(`never came: ${what}`)
}
