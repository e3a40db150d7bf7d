import { ClientFactory } from '@pravega-ts/client'
import { type CrashPart, type CrashScene, RETRY } from './crash-part.ts'

/** What loops do, and with what. */
export interface LoopWork<Client> {
  /** How many loops there are at once. Default 1. */
  readonly count?: number | undefined
  /** How often the client dies with the server, on average. Default 0. */
  readonly deathsPerRound?: number | undefined
  open(factory: ClientFactory): Promise<Client>
  /** One of the loops, counted from 0. Goes round until {@link ClientLoops.isOver}. */
  run(client: Client, loop: number): Promise<void>
  /** All loops have ended; what they left under way has an outcome when this resolves. */
  settled?(client: Client): Promise<void>
  /** The client is gone, and the loops that used it have yet to notice. */
  died?(): Promise<unknown>
}

/** Loops with a client in common, which is opened when it is needed first and lives from round to round until it dies. */
export class ClientLoops<Client> implements CrashPart {
  readonly #scene: CrashScene
  readonly #work: LoopWork<Client>
  #factory: ClientFactory | undefined
  #client: Client | undefined
  #isOver = true
  #running: Promise<unknown> = Promise.resolve()

  constructor(scene: CrashScene, work: LoopWork<Client>) {
    this.#scene = scene
    this.#work = work
  }

  get isOver(): boolean {
    return this.#isOver
  }

  async begin(): Promise<void> {
    // Before anything is waited for: what is disposed of meanwhile must not begin.
    this.#isOver = false
    const client = await this.client()
    const { count = 1 } = this.#work
    this.#running = Promise.all(Array.from({ length: count }, (_, loop) => this.#work.run(client, loop)))
  }

  async crash(): Promise<void> {
    const { deathsPerRound = 0 } = this.#work
    if (deathsPerRound === 0 || this.#scene.random() >= deathsPerRound) return
    await this.#die()
    await this.begin()
  }

  async settle(): Promise<void> {
    this.#isOver = true
    await this.#running
    await this.#work.settled?.(await this.client())
  }

  async client(): Promise<Client> {
    this.#factory ??= await ClientFactory.create({ controllerUri: this.#scene.controllerUri, retry: RETRY })
    this.#client ??= await this.#work.open(this.#factory)
    return this.#client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#die()
  }

  async #die(): Promise<void> {
    this.#isOver = true
    await this.#factory?.close({ force: true }).catch(() => {})
    this.#factory = undefined
    this.#client = undefined
    await this.#work.died?.()
    await this.#running
  }
}
