import { setTimeout as sleep } from 'node:timers/promises'
import { ClientFactory, type EventWriter, utf8Serializer } from '@pravega-ts/client'
import { between, type CrashPart, type CrashScene, PATIENCE_MS, RETRY } from './crash-part.ts'
import type { KeyJournal } from './key-journal.ts'
import { textOf } from './labelled-event.ts'

const KEYS = 8
const MOST_IN_BURST = 40
const MOST_PENDING = 2_000
/** More than fits into an append. */
const LARGE_EVENT = 9 * 1024 * 1024
const LARGE_EVENTS = 0.0002
/** Every so many rounds the writer dies with the server, on average. */
const DEATHS_PER_ROUND = 0.25

/** A writer of events with keys of its own, none of which it waits for. */
export class EventLoad implements CrashPart {
  readonly #name: string
  readonly #scene: CrashScene
  readonly #journal: KeyJournal
  readonly #pending = new Set<Promise<void>>()
  #factory: ClientFactory | undefined
  #writer: EventWriter<string> | undefined
  #isOver = true
  #running: Promise<void> = Promise.resolve()

  constructor(name: string, scene: CrashScene, journal: KeyJournal) {
    this.#name = name
    this.#scene = scene
    this.#journal = journal
  }

  async begin(): Promise<void> {
    this.#isOver = false
    const writer = await this.#open()
    this.#running = this.#run(writer)
  }

  async crash(): Promise<void> {
    if (this.#scene.random() >= DEATHS_PER_ROUND) return
    this.#isOver = true
    await this.#die()
    await this.#running
    await this.begin()
  }

  async settle(): Promise<void> {
    this.#isOver = true
    await this.#running
    await this.#writer?.flush({ timeoutMs: PATIENCE_MS })
    await Promise.all(this.#pending)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await this.#die()
    await this.#running
  }

  async #run(writer: EventWriter<string>): Promise<void> {
    const { random } = this.#scene
    while (!this.#isOver) {
      for (let n = between(random, 1, MOST_IN_BURST); n > 0; n--) this.#write(writer)
      // While the server is down nothing comes back, and what waits must not grow.
      if (this.#pending.size > MOST_PENDING) await Promise.race(this.#pending)
      await sleep(random() * 4)
    }
  }

  #write(writer: EventWriter<string>): void {
    const { random } = this.#scene
    const key = `${this.#name}.${between(random, 1, KEYS)}`
    const n = this.#journal.take(key)
    const padding = paddingOf(random)
    const pending: Promise<void> = writer
      .writeEvent(textOf({ kind: 'e', name: key, n }, padding), { routingKey: key })
      .then(
        () => this.#journal.acknowledge(key, n),
        () => this.#journal.giveUp(key, n),
      )
    this.#pending.add(pending)
    void pending.then(() => this.#pending.delete(pending))
  }

  async #open(): Promise<EventWriter<string>> {
    if (this.#writer !== undefined) return this.#writer
    const { controllerUri, stream } = this.#scene
    this.#factory = await ClientFactory.create({ controllerUri, retry: RETRY })
    this.#writer = await this.#factory.createEventWriter(stream, { serializer: utf8Serializer, retry: RETRY })
    return this.#writer
  }

  async #die(): Promise<void> {
    await this.#factory?.close({ force: true }).catch(() => {})
    this.#factory = undefined
    this.#writer = undefined
    await Promise.all(this.#pending)
  }
}

/** Mostly small; some of many frames on disk, a few that go through a segment of their own. */
function paddingOf(random: () => number): number {
  const size = random()
  if (size < LARGE_EVENTS) return LARGE_EVENT
  return size < 0.01 ? between(random, 10_000, 300_000) : between(random, 0, 400)
}
