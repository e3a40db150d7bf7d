import { setTimeout as sleep } from 'node:timers/promises'
import { type EventWriter, utf8Serializer } from '@pravega-ts/client'
import { ClientLoops } from './client-loops.ts'
import { between, type CrashScene, PATIENCE_MS, RETRY } from './crash-part.ts'
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
export class EventLoad {
  readonly loops: ClientLoops<EventWriter<string>>
  readonly #name: string
  readonly #scene: CrashScene
  readonly #journal: KeyJournal
  readonly #pending = new Set<Promise<void>>()

  constructor(name: string, scene: CrashScene, journal: KeyJournal) {
    this.#name = name
    this.#scene = scene
    this.#journal = journal
    const options = { serializer: utf8Serializer, retry: RETRY }
    this.loops = new ClientLoops(scene, {
      deathsPerRound: DEATHS_PER_ROUND,
      open: factory => factory.createEventWriter(scene.stream, options),
      run: writer => this.#run(writer),
      settled: async writer => {
        await writer.flush({ timeoutMs: PATIENCE_MS })
        await Promise.all(this.#pending)
      },
      died: () => Promise.all(this.#pending),
    })
  }

  async #run(writer: EventWriter<string>): Promise<void> {
    const { random } = this.#scene
    while (!this.loops.isOver) {
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
}

/** Mostly small; some of many frames on disk, a few that go through a segment of their own. */
function paddingOf(random: () => number): number {
  const size = random()
  if (size < LARGE_EVENTS) return LARGE_EVENT
  return size < 0.01 ? between(random, 10_000, 300_000) : between(random, 0, 400)
}
