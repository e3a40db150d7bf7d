import { setTimeout as sleep } from 'node:timers/promises'
import { type Transaction, type TransactionalEventWriter, utf8Serializer } from '@pravega-ts/client'
import type { Controller } from '@pravega-ts/controller-client'
import { PravegaError } from '@pravega-ts/model'
import { ClientLoops } from './client-loops.ts'
import { between, type CrashScene, PATIENCE_MS, RETRY } from './crash-part.ts'
import { textOf } from './labelled-event.ts'
import type { TransactionFate, TransactionJournal } from './transaction-journal.ts'

/** Transactions that are under way at once. */
const LINES = 3
const MOST_EVENTS = 30
const DEATHS_PER_ROUND = 0.2
/** The shortest one that servers take: what a dead writer leaves behind is over soon. */
const LEASE_MS = 10_000
const PAUSE_MS = 20

interface Clients {
  readonly controller: Controller
  readonly writer: TransactionalEventWriter<string>
}

/** Transactions one after the other: begun, written, and committed, aborted or left open until the next round. */
export class TransactionLoad {
  readonly loops: ClientLoops<Clients>
  readonly #scene: CrashScene
  readonly #journal: TransactionJournal
  readonly #held = new Map<number, Transaction<string>>()

  constructor(scene: CrashScene, journal: TransactionJournal) {
    this.#scene = scene
    this.#journal = journal
    const options = { serializer: utf8Serializer, leaseMs: LEASE_MS, retry: RETRY }
    this.loops = new ClientLoops(scene, {
      count: LINES,
      deathsPerRound: DEATHS_PER_ROUND,
      open: async factory => {
        const writer = await factory.createTransactionalEventWriter(scene.stream, options)
        return { controller: factory.controller, writer }
      },
      run: ({ writer }, line) => this.#run(writer, line),
      settled: clients => this.#decide(clients),
      died: async () => this.#leave(),
    })
  }

  async #run(writer: TransactionalEventWriter<string>, line: number): Promise<void> {
    while (!this.loops.isOver) {
      const transaction = this.#held.get(line) ?? (await this.#begin(writer))
      if (transaction === undefined) {
        await sleep(PAUSE_MS)
        continue
      }
      this.#held.delete(line)
      await this.#fill(transaction)
      const fate = this.#scene.random()
      if (fate < 0.1) {
        this.#held.set(line, transaction)
        return
      }
      this.#journal.end(transaction.id, await this.#end(transaction, fate < 0.3))
    }
  }

  async #begin(writer: TransactionalEventWriter<string>): Promise<Transaction<string> | undefined> {
    try {
      const transaction = await writer.begin({ timeoutMs: PATIENCE_MS })
      this.#journal.begin(transaction.id)
      return transaction
    } catch (error) {
      this.#scene.tell(`a transaction could not be begun: ${error}`)
      return undefined
    }
  }

  async #fill(transaction: Transaction<string>): Promise<void> {
    const { random } = this.#scene
    const { id } = transaction
    for (let left = between(random, 1, MOST_EVENTS); left > 0; left--) {
      const n = this.#journal.take(id)
      const text = textOf({ kind: 't', name: id, n }, between(random, 0, 2_000))
      // Not waited for one by one: the commit fails if one of them does.
      void transaction.writeEvent(text, { routingKey: `key ${between(random, 0, 15)}` })
      if (random() < 0.1) await sleep(random() * 5)
    }
  }

  async #end(transaction: Transaction<string>, abort: boolean): Promise<TransactionFate> {
    const { random } = this.#scene
    const call = { timeoutMs: PATIENCE_MS }
    try {
      if (abort) await transaction.abort(call)
      else await transaction.commit({ ...call, wait: random() < 0.5 })
      return abort ? 'aborted' : 'committed'
    } catch (error) {
      const { outcome } = PravegaError.from(error).details
      if (outcome === 'committing' || outcome === 'committed') return 'committed'
      if (outcome === 'aborted') return 'aborted'
      // An event could not be written, or nobody could be asked: what has come of it is asked for later.
      await transaction.abort(call).catch(() => {})
      return 'unknown'
    }
  }

  /** What the journal holds as unknown, the server knows; and a commit that is certain takes effect a moment later. */
  async #decide({ controller }: Clients): Promise<void> {
    for (const id of this.#journal.of('unknown')) {
      const status = await this.#finalStatus(controller, id)
      if (status !== 'open') this.#journal.end(id, status)
    }
    for (const id of this.#journal.of('committed')) {
      const status = await this.#finalStatus(controller, id)
      if (status !== 'committed') this.#scene.tell(`transaction ${id} was told to be committed, and is ${status}`)
    }
  }

  async #finalStatus(controller: Controller, id: string): Promise<'open' | 'committed' | 'aborted'> {
    for (const start = performance.now(); ; ) {
      const status = await controller.checkTransactionState(this.#scene.stream, id)
      if (status === 'open' || status === 'committed' || status === 'aborted') return status
      if (performance.now() - start > PATIENCE_MS) throw new Error(`transaction ${id} stays ${status}`)
      await sleep(PAUSE_MS)
    }
  }

  /** Nobody commits or renews what a dead writer leaves behind. */
  #leave(): void {
    for (const { id } of this.#held.values()) this.#journal.end(id, 'unknown')
    this.#held.clear()
  }
}
