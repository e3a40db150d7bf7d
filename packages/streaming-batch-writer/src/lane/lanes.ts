import type { EndReason } from '../diagnostics.ts'
import type { Kind } from '../messages/messages.ts'
import type { Ticket } from '../run/ticket.ts'
import { Lane, type LaneHost } from './lane.ts'

/** The lanes that have something to do, and the names of those that have failed. Idle ones are forgotten. */
export class Lanes<R> {
  readonly #host: LaneHost<R>
  readonly #live = new Set<Lane<R>>()
  readonly #tables = new Map<string, Lane<R>>()
  readonly #shared = new Map<Kind, Lane<R>>()
  readonly #failedTables = new Set<string>()
  readonly #failedKinds = new Set<Kind>()
  /** The table of the insert before, which most often is that of the next one too. */
  #latest: Lane<R> | undefined

  constructor(host: LaneHost<R>) {
    this.#host = host
  }

  get size(): number {
    return this.#live.size
  }

  [Symbol.iterator](): Iterator<Lane<R>> {
    return this.#live.values()
  }

  find(kind: Kind, table: string): Lane<R> | undefined {
    if (kind !== 'insert') return this.#shared.get(kind)
    if (this.#latest?.table === table) return this.#latest
    const lane = this.#tables.get(table)
    if (lane !== undefined) this.#latest = lane
    return lane
  }

  hasFailed(kind: Kind, table: string): boolean {
    if (kind !== 'insert') return this.#failedKinds.has(kind)
    return this.#failedTables.size > 0 && this.#failedTables.has(table)
  }

  create(kind: Kind, table: string): Lane<R> {
    const lane = new Lane<R>(this.#host, kind, kind === 'insert' ? table : undefined)
    this.#live.add(lane)
    if (kind === 'insert') {
      this.#tables.set(table, lane)
      this.#latest = lane
    } else {
      this.#shared.set(kind, lane)
    }
    return lane
  }

  markFailed(lane: Lane<R>): void {
    lane.failed = true
    if (lane.table === undefined) this.#failedKinds.add(lane.kind)
    else this.#failedTables.add(lane.table)
  }

  delete(lane: Lane<R>): void {
    if (!this.#live.delete(lane)) return
    if (this.#latest === lane) this.#latest = undefined
    if (lane.table === undefined) this.#shared.delete(lane.kind)
    else this.#tables.delete(lane.table)
  }

  /** Ends all open batches; the ticket waits until they are settled. */
  bound(reason: EndReason, ticket?: Ticket): void {
    for (const lane of this.#live) lane.bound(reason, ticket)
  }
}
