import { setTimeout as sleep } from 'node:timers/promises'
import { ClientFactory, ScalingPolicy } from '@pravega-ts/client'
import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { between, type CrashPart, type CrashScene, RETRY } from './crash-part.ts'

const PAUSE_MS = 20
/** More streams than this are deleted before new ones are made. */
const MOST_STREAMS = 20

/** A number: it is there, with so many open segments. */
type Fate = number | 'deleted' | 'unknown'

/** Streams that are made, scaled, sealed and deleted: what the controller has said it did, is done. */
export class StreamLoad implements CrashPart {
  readonly #scene: CrashScene
  readonly #fates = new Map<string, Fate>()
  #factory: ClientFactory | undefined
  #isOver = true
  #running: Promise<void> = Promise.resolve()
  #made = 0

  constructor(scene: CrashScene) {
    this.#scene = scene
  }

  async begin(): Promise<void> {
    this.#isOver = false
    const factory = await this.#open()
    this.#running = this.#run(factory)
  }

  async crash(): Promise<void> {}

  async settle(): Promise<void> {
    this.#isOver = true
    await this.#running
  }

  /** What is not as the controller has said. */
  async check(): Promise<readonly string[]> {
    const manager = (await this.#open()).streamManager()
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await this.#factory?.close({ force: true }).catch(() => {})
    await this.#running
  }

  async #run(factory: ClientFactory): Promise<void> {
    const { random, scope } = this.#scene
    const manager = factory.streamManager()
    while (!this.#isOver) {
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
      if (!this.#isOver) await sleep(PAUSE_MS)
    }
  }

  async #open(): Promise<ClientFactory> {
    this.#factory ??= await ClientFactory.create({ controllerUri: this.#scene.controllerUri, retry: RETRY })
    return this.#factory
  }
}
