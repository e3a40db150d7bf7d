import { type Checkpoint, ClientFactory } from '@pravega-ts/client'
import { contentsOf } from './contents.ts'
import { type CrashScene, PATIENCE_MS, RETRY } from './crash-part.ts'
import type { KeyJournal } from './key-journal.ts'
import { parseLabel } from './labelled-event.ts'
import type { ReadingLedger } from './reading-ledger.ts'
import { SegmentLedger } from './segment-ledger.ts'
import type { TransactionJournal } from './transaction-journal.ts'

/** Holds the stream of all events against what writers, transactions and readers were told. */
export class StreamCheck implements AsyncDisposable {
  readonly #scene: CrashScene
  readonly #keys: KeyJournal
  readonly #transactions: TransactionJournal
  readonly #readings: ReadingLedger
  readonly #segments = new SegmentLedger()
  #factory: ClientFactory | undefined

  constructor(scene: CrashScene, keys: KeyJournal, transactions: TransactionJournal, readings: ReadingLedger) {
    this.#scene = scene
    this.#keys = keys
    this.#transactions = transactions
    this.#readings = readings
  }

  /** Events in the stream when it was looked at last. */
  get events(): number {
    return this.#segments.size
  }

  /** To be called when nothing is under way. */
  async check(): Promise<readonly string[]> {
    const factory = await this.#open()
    const contents = await contentsOf(factory, this.#scene.stream)
    const faults: string[] = []
    for (const { segment, start, events } of contents) {
      faults.push(
        ...this.#segments.note(segment, start, events, ({ label }) => {
          const event = parseLabel(label)
          if (event === undefined) faults.push(`${segment} has ${label}, which nobody wrote`)
          else if (event.kind === 'e') faults.push(...this.#keys.see(event.name, event.n))
          else faults.push(...this.#transactions.see(event.name, event.n))
        }),
      )
    }
    faults.push(...this.#keys.missing(), ...this.#transactions.check())
    const ends = new Map(contents.map(({ segment, end }) => [segment, end]))
    if (!(await this.#readings.reached(ends, AbortSignal.timeout(PATIENCE_MS)))) {
      const places = [...ends].map(([segment, end]) => `${segment} at ${this.#readings.next(segment)} of ${end}`)
      faults.push(`the readers do not get on: ${places.join(', ')}`)
    }
    for (const [segment, given] of this.#readings.takeGiven()) faults.push(...this.#segments.compare(segment, given))
    return [...faults, ...this.#readings.faults.splice(0)]
  }

  /** Gives back what is before a position of the group: it is read, and nothing goes back behind it. */
  async truncate(checkpoint: Checkpoint): Promise<void> {
    const manager = (await this.#open()).streamManager()
    for (const cut of checkpoint.cuts.values()) await manager.truncateStream(cut, { timeoutMs: PATIENCE_MS })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#factory?.close({ force: true }).catch(() => {})
  }

  async #open(): Promise<ClientFactory> {
    this.#factory ??= await ClientFactory.create({ controllerUri: this.#scene.controllerUri, retry: RETRY })
    return this.#factory
  }
}
