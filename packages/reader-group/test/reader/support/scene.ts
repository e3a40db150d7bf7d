import { DEFAULT_RETRY, DEFAULT_TIMEOUTS, silentLogger } from '@pravega-ts/config'
import { utf8Serializer } from '@pravega-ts/event-client'
import { StreamCut } from '@pravega-ts/model'
import {
  type EventReader,
  type EventReaderOptions,
  type GroupConfig,
  MemoryGroup,
  memoryStore,
  openEventReader,
  type ReaderGroupState,
  type StateStore,
} from '../../../src/index.ts'
import { MemoryCluster } from './memory-cluster.ts'
import { settled, TestClock } from './test-clock.ts'

export interface SceneOptions {
  readonly segments?: number | undefined
  readonly config?: Partial<GroupConfig> | undefined
  /** Where the group begins to read, by segment number. Default 0. */
  readonly starts?: ReadonlyMap<number, bigint> | undefined
  /** Where the group ends to read, by segment number. */
  readonly ends?: ReadonlyMap<number, bigint> | undefined
}

/** A group over a stream in memory, with time of its own. */
export class Scene {
  readonly clock: TestClock = new TestClock()
  readonly group: MemoryGroup = new MemoryGroup()
  readonly cluster: MemoryCluster
  readonly #admin: StateStore = memoryStore(this.group)
  readonly #readers: EventReader<string>[] = []

  private constructor(segments: number) {
    this.cluster = new MemoryCluster(segments)
  }

  static async of({ segments = 2, config = {}, starts, ends }: SceneOptions = {}): Promise<Scene> {
    const scene = new Scene(segments)
    const { cluster } = scene
    const names = (offsets: ReadonlyMap<number, bigint>): [string, bigint][] =>
      [...offsets].map(([number, offset]) => [cluster.segment(number).name, offset])
    const beginnings = new Map(cluster.active.map(({ name }) => [name, 0n]))
    for (const [name, offset] of names(starts ?? new Map())) beginnings.set(name, offset)
    await scene.#admin.initialize({
      type: 'init',
      config: scene.config(config),
      starts: beginnings,
      ends: new Map(names(ends ?? new Map())),
      ranges: new Map(),
      updatingConfig: false,
    })
    return scene
  }

  config(changes: Partial<GroupConfig> = {}): GroupConfig {
    return {
      streams: [{ stream: this.cluster.stream, from: StreamCut.UNBOUNDED, to: StreamCut.UNBOUNDED }],
      retention: 'none',
      refreshTimeMs: 3000n,
      automaticCheckpointIntervalMs: 30_000n,
      maxOutstandingCheckpoints: 3,
      id: '3f9f8a52-1c9f-4e9b-b6b4-97a6f9a0a1d2',
      generation: 0n,
      ...changes,
    }
  }

  /** As somebody sees it who only looks. */
  get state(): ReaderGroupState {
    const { state } = this.#admin
    if (state === undefined) throw new Error('nobody has looked')
    return state
  }

  async look(): Promise<ReaderGroupState> {
    return await this.#admin.refresh()
  }

  get admin(): StateStore {
    return this.#admin
  }

  async reader(
    readerId: string,
    options: EventReaderOptions<string> = {},
    state: StateStore = memoryStore(this.group),
    closeMs?: number,
  ): Promise<EventReader<string>> {
    const { clock, cluster } = this
    const timeouts = { ...DEFAULT_TIMEOUTS, ...(closeMs !== undefined && { closeMs }) }
    const store = { ...cluster.store, config: { logger: silentLogger, retry: DEFAULT_RETRY, timeouts } }
    const parts = { store, state, group: { scope: 'shop', name: 'billing' }, readerId, clock }
    const reader = await openEventReader(parts, { serializer: utf8Serializer, ...options })
    this.#readers.push(reader)
    return reader
  }

  async checkpoint(name: string): Promise<void> {
    await this.#admin.append({ type: 'createCheckpoint', checkpoint: name })
  }

  async readerOffline(reader: string, offsets: ReadonlyMap<string, bigint> = new Map()): Promise<void> {
    await this.#admin.append({ type: 'removeReader', reader, offsets })
  }

  /** Begins anew, as after `ReaderGroup.reset`. */
  async reset(starts: ReadonlyMap<string, bigint>, generation = 1n): Promise<void> {
    const config = this.config({ generation })
    const { clock } = this
    await this.#admin.refresh()
    await this.#admin.transact(() => ({
      updates: [{ type: 'init', config, starts, ends: new Map(), ranges: new Map(), updatingConfig: false }],
      result: clock,
    }))
  }

  async end(): Promise<void> {
    await Promise.all(this.#readers.map(reader => reader.close({ force: true })))
    await settled()
  }
}

/** Takes what is there without waiting, event by event, and acknowledges it. */
export async function drain(reader: EventReader<string>): Promise<string[]> {
  const texts: string[] = []
  for (;;) {
    const item = await reader.read({ timeoutMs: 0 })
    if (item.kind === 'idle' || item.kind === 'endOfData') return texts
    if (item.kind === 'event') texts.push(item.event.value)
  }
}
