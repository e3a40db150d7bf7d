import { setTimeout as sleep } from 'node:timers/promises'
import { ScalingPolicy, type StreamManager } from '@pravega-ts/client'
import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { ClientLoops } from './client-loops.ts'
import { between, type CrashScene } from './crash-part.ts'

const PAUSE_MS = 20
/** More streams than this are deleted before new ones are made. */
const MOST_STREAMS = 20

/** A number: it is there, with so many open segments. */
type Fate = number | 'deleted' | 'unknown'

/** Streams that are made, scaled, sealed and deleted: what the controller has said it did, is done. */
export class StreamLoad {
  readonly loops: ClientLoops<StreamManager>
  readonly #scene: CrashScene
  readonly #fates = new Map<string, Fate>()
  #made = 0

  constructor(scene: CrashScene) {
    this.#scene = scene
    this.loops = new ClientLoops(scene, {
      open: async factory => factory.streamManager(),
      run: manager => this.#run(manager),
    })
  }

  /** What is not as the controller has said. */
  async check(): Promise<readonly string[]> {
    const manager = await this.loops.client()
    const listed = new Set<string>()
    for await (const { stream } of manager.listStreams(this.#scene.scope)) listed.add(stream)
    const faults: string[] = []
    for (const [name, fate] of this.#fates) {
      if (fate === 'deleted' && listed.has(name)) faults.push(`stream ${name} was deleted, and is there`)
      if (typeof fate === 'number' && !listed.has(name)) faults.push(`stream ${name} is not there`)
      if (fate === 'deleted' || !listed.has(name)) this.#fates.delete(name)
      else if (typeof fate === 'number') {
        const { length } = await manager.getSegments(new ScopedStream(this.#scene.scope, name))
        if (length !== fate) faults.push(`stream ${name} has ${length} open segments; it was told to have ${fate}`)
      }
    }
    return faults
  }

  async #run(manager: StreamManager): Promise<void> {
    const { random, scope } = this.#scene
    while (!this.loops.isOver) {
      const names = [...this.#fates.keys()]
      const name = names[between(random, 0, Math.max(0, names.length - 1))]
      const kind = random()
      if (name === undefined || (kind < 0.5 && names.length < MOST_STREAMS)) {
        const fresh = `stream-${this.#made++}`
        const segments = between(random, 1, 3)
        const scaling = ScalingPolicy.fixed(segments)
        await this.#change(fresh, segments, () => manager.createStream(`${scope}/${fresh}`, { scaling }))
      } else if (kind < 0.7) {
        const segments = between(random, 1, 5)
        await this.#change(name, segments, () => manager.scaleStreamTo(`${scope}/${name}`, segments))
      } else if (kind < 0.8) {
        await this.#change(name, 0, () => manager.sealStream(`${scope}/${name}`))
      } else {
        await this.#change(name, 'deleted', () => manager.deleteStream(`${scope}/${name}`, { seal: true }))
      }
      await sleep(random() * 20)
    }
  }

  async #change(name: string, fate: Fate, change: () => Promise<unknown>): Promise<void> {
    const before = this.#fates.get(name)
    // Sealed and deleted ones stay as they are, but for their being deleted.
    if (before === 'deleted' || (before === 0 && fate !== 'deleted')) return
    try {
      this.#fates.set(name, 'unknown')
      await change()
      this.#fates.set(name, fate)
    } catch (error) {
      if (!PravegaError.is(error, 'STREAM_NOT_FOUND')) this.#scene.tell(`the stream ${name} is in doubt: ${error}`)
      if (!this.loops.isOver) await sleep(PAUSE_MS)
    }
  }
}
