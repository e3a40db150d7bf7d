import { randomBytes } from 'node:crypto'
import { type CallOptions, type CloseOptions, Deadline, type ScopedSegment } from '@pravega-ts/model'
import type { TableSegment } from '@pravega-ts/segment-client'
import { OpenCalls } from '../open-calls.ts'
import { Turns } from '../turns.ts'
import { commit } from './commit.ts'
import type { TransactionId } from './entry-format.ts'
import { purgeTombstones } from './purge.ts'
import { delayAfter } from './retry-delay.ts'
import type { TableFollower } from './table-follower.ts'
import type { TableDecision, TableSynchronizer } from './table-synchronizer.ts'
import type { TableView } from './table-view.ts'
import { prepare, type Transaction } from './transaction.ts'

const CLOSE_TIMEOUT_MS = 30_000

/** A {@link TableSynchronizer} over a table segment. */
export class SegmentTableSynchronizer implements TableSynchronizer {
  readonly #table: TableSegment
  readonly #follower: TableFollower
  readonly #turns = new Turns()
  readonly #calls: OpenCalls
  readonly #member = randomBytes(8).readBigUInt64BE()
  #sequence = 0n

  constructor(table: TableSegment, follower: TableFollower, callTimeoutMs: number) {
    this.#table = table
    this.#follower = follower
    this.#calls = new OpenCalls(`Synchronizer of table ${table.segment}`, callTimeoutMs)
  }

  get segment(): ScopedSegment {
    return this.#table.segment
  }

  get view(): TableView {
    return this.#follower.contents
  }

  async load(call?: CallOptions): Promise<TableView> {
    return await this.#inTurn('loading', call, async deadline => {
      await this.#follower.load(deadline)
      return this.view
    })
  }

  async refresh(call?: CallOptions): Promise<TableView> {
    return await this.#inTurn('refreshing', call, async deadline => {
      await this.#follower.refresh(deadline)
      return this.view
    })
  }

  async transact<R>(decide: (view: TableView) => TableDecision<R>, call?: CallOptions): Promise<R> {
    return await this.#inTurn('making a transaction', call, async deadline => {
      for (let refusals = 0; ; refusals++) {
        await deadline.pause(delayAfter(refusals))
        const decision = decide(this.view)
        const transaction = prepare(this.#follower.contents, decision, this.#newId())
        if (transaction === undefined) return decision.result
        if (await commit(this.#table, this.#follower, transaction, deadline)) return decision.result
        await this.#lookAgain(transaction, deadline)
      }
    })
  }

  async purge(call?: CallOptions): Promise<number> {
    return await this.#inTurn('purging', call, deadline =>
      purgeTombstones(this.#table, this.#follower, () => this.#newId(), deadline),
    )
  }

  async close(options: CloseOptions = {}): Promise<void> {
    await this.#calls.close(async () => {
      if (options.force === true) return
      using deadline = new Deadline(`closing the synchronizer of table ${this.segment}`, {}, CLOSE_TIMEOUT_MS)
      // Whoever does not finish in this time is ended below.
      await this.#turns.take(deadline, async () => {}).catch(() => {})
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** After a refusal: sees what has changed. */
  async #lookAgain({ entries }: Transaction, deadline: Deadline): Promise<void> {
    const isOld = (): boolean => entries.every(entry => this.#follower.contents.versionOf(entry) === entry.base)
    if (isOld()) await this.#follower.refresh(deadline)
    // Something was removed, which changes do not show.
    if (isOld()) await this.#follower.load(deadline)
  }

  #newId(): TransactionId {
    this.#sequence += 1n
    return { member: this.#member, sequence: this.#sequence }
  }

  async #inTurn<T>(doing: string, call: CallOptions | undefined, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    return await this.#calls.run(doing, call, deadline => this.#turns.take(deadline, () => work(deadline)))
  }
}
