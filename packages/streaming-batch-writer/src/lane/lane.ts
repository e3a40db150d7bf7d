import { Batch } from '../batch/batch.ts'
import { type Cut, chargeRows, cutRows, type Extent } from '../batch/cutting.ts'
import type { EndReason } from '../diagnostics.ts'
import type { Insert, Kind, WriteMessage } from '../messages/messages.ts'
import type { RowFormat } from '../rows/row-format.ts'
import type { Ticket } from '../run/ticket.ts'
import { Ring } from './ring.ts'

/** A message that waits for its batch, with what is left of it. */
interface Entry<R> {
  readonly message: WriteMessage<R>
  rows: number
  bytes: number
}

/** A place in the queue that no batch reaches across. */
interface Boundary {
  /** How many messages of the lane are before it. */
  readonly at: number
  readonly reason: EndReason
  readonly tickets: Ticket[]
}

/** What a lane needs of the run that it is part of. */
export interface LaneHost<R> {
  readonly format: RowFormat<R>
  readonly caps: Extent
  readonly concurrencyPerTable: number
  now(): number
  nextNumber(): number
  /** Whether one more handler may be called now; if not, the lane's `advance` is called when it may. */
  mayStart(lane: Lane<R>): boolean
  launch(batch: Batch<R>, first: WriteMessage<R>): void
  /** The batch's end is decided: it needs no deadline any more. */
  bounded(batch: Batch<R>): void
  /** A queue has given up rows. */
  roomMade(rows: number, bytes: number): void
  /** The lane has nothing to do and nothing to remember. */
  idle(lane: Lane<R>): void
  /** The row format threw before a handler was called. */
  broke(lane: Lane<R>, error: unknown): void
}

/**
 * The messages of one table, or of one of the other kinds: a queue with boundaries in it, and the batches that take from it,
 * at most one at a time. A message is given to a batch when the handler asks for it, so a handler that returns early loses
 * nothing and the next batch begins where it left off.
 */
export class Lane<R> {
  readonly kind: Kind
  /** Undefined for the kinds whose lane all tables share. */
  readonly table: string | undefined
  /** The batches whose handlers have not returned. */
  readonly running: Set<Batch<R>> = new Set()
  queuedRows = 0
  queuedBytes = 0
  failed = false
  readonly #host: LaneHost<R>
  readonly #queue = new Ring<Entry<R>>()
  readonly #boundaries: Boundary[] = []
  #pushed = 0
  #taken = 0
  #current: Batch<R> | undefined
  /** Rows of the first message in the queue that earlier batches have taken. */
  #headFrom = 0
  /** The first message in the queue did not fit in the batch before as a whole. */
  #headDeferred = false
  #starting = false

  constructor(host: LaneHost<R>, kind: Kind, table: string | undefined) {
    this.#host = host
    this.kind = kind
    this.table = table
  }

  now(): number {
    return this.#host.now()
  }

  push(message: WriteMessage<R>, rows: number, bytes: number): void {
    this.#queue.push({ message, rows, bytes })
    this.#pushed += 1
    this.queuedRows += rows
    this.queuedBytes += bytes
    if (this.#current === undefined) this.advance()
    else this.#current.wake()
  }

  /** Ends the open batch behind everything that is queued now. The ticket is released when those batches are settled. */
  bound(reason: EndReason, ticket?: Ticket): void {
    const last = this.#boundaries.at(-1)
    if (last !== undefined && last.at === this.#pushed) {
      if (ticket !== undefined) last.tickets.push(ticket)
    } else {
      this.#boundaries.push({ at: this.#pushed, reason, tickets: ticket === undefined ? [] : [ticket] })
    }
    ticket?.hold()
    const current = this.#current
    if (current !== undefined) this.#host.bounded(current)
    this.#cross()
    current?.wake()
  }

  /** Starts batches for what is queued, as many as may run. */
  advance(): void {
    // The first take of a batch that is full at once comes back here, before that batch is launched.
    if (this.#starting) return
    while (this.#current === undefined && this.#queue.length > 0) {
      if (this.running.size >= this.#host.concurrencyPerTable || !this.#host.mayStart(this)) return
      const batch = new Batch<R>(this, this.#host.nextNumber())
      this.#current = batch
      this.running.add(batch)
      this.#starting = true
      batch.startedAt = this.#host.now()
      try {
        const first = this.take(batch) as WriteMessage<R>
        batch.begin(first)
        this.#host.launch(batch, first)
      } catch (error) {
        this.#current = undefined
        this.running.delete(batch)
        this.#host.broke(this, error)
        return
      } finally {
        this.#starting = false
      }
    }
    if (this.#queue.length === 0 && this.running.size === 0) this.#host.idle(this)
  }

  /** The next message for the open batch, cut where it must be; undefined when there is none or the batch has ended. */
  take(batch: Batch<R>): WriteMessage<R> | undefined {
    const entry = this.#queue.peek()
    if (entry === undefined) return undefined
    const { caps } = this.#host
    const whole = batch.rows + entry.rows <= caps.rows && batch.bytes + entry.bytes <= caps.bytes
    const message = whole ? this.#takeRest(batch, entry) : this.#takePiece(batch, entry)
    if (batch.isOpen) {
      if (batch.rows >= caps.rows) this.#end(batch, 'rows')
      else if (batch.bytes >= caps.bytes) this.#end(batch, 'bytes')
    }
    if (this.#boundaries.length > 0) this.#cross()
    if (!batch.isOpen && this.#host.concurrencyPerTable > 1) this.advance()
    return message
  }

  /** A batch's handler is done with it. */
  leave(batch: Batch<R>): void {
    this.running.delete(batch)
    if (this.#current === batch) {
      this.#current = undefined
      this.#host.bounded(batch)
    }
  }

  /** Gives up what is queued, and ends the open batch. Returns how many rows that are. */
  drop(reason: EndReason): number {
    const rows = this.queuedRows
    const bytes = this.queuedBytes
    this.#queue.clear()
    this.queuedRows = 0
    this.queuedBytes = 0
    this.#taken = this.#pushed
    this.#headFrom = 0
    this.#headDeferred = false
    this.bound(reason)
    if (rows > 0) this.#host.roomMade(rows, bytes)
    return rows
  }

  #takeRest(batch: Batch<R>, entry: Entry<R>): WriteMessage<R> {
    const { rows, bytes } = entry
    const message =
      this.#headFrom === 0 ? entry.message : this.#slice(entry.message, this.#headFrom, this.#headFrom + rows)
    const deferred = this.#headDeferred
    this.#queue.shift()
    this.#taken += 1
    this.#headFrom = 0
    this.#headDeferred = false
    this.#charge(batch, rows, bytes, bytes)
    // The last piece of a cut insert ends its batch like the others when no further row like its own would fit.
    if (deferred && batch.bytes + bytes / rows > this.#host.caps.bytes) this.#end(batch, 'bytes')
    return message
  }

  #takePiece(batch: Batch<R>, entry: Entry<R>): WriteMessage<R> | undefined {
    const { rows: record } = entry.message as Insert<R>
    const from = this.#headFrom
    const { rows, bytes, cap }: Cut = cutRows(this.#host.format, { record, from, ...entry }, batch, this.#host.caps)
    this.#headDeferred = true
    if (rows === 0) {
      this.#end(batch, cap)
      return undefined
    }
    if (rows === entry.rows) return this.#takeRest(batch, entry)
    const to = from + rows
    const message = this.#slice(entry.message, from, to)
    const left = chargeRows(this.#host.format, record, to, from + entry.rows)
    // Parts may be charged differently from the whole; what is queued must come out at nothing in the end.
    const queued = entry.bytes - left
    entry.rows -= rows
    entry.bytes = left
    this.#headFrom = to
    this.#charge(batch, rows, bytes, queued)
    this.#end(batch, cap)
    return message
  }

  #slice(message: WriteMessage<R>, from: number, to: number): WriteMessage<R> {
    const insert = message as Insert<R>
    return { ...insert, rows: this.#host.format.slice(insert.rows, from, to) }
  }

  #charge(batch: Batch<R>, rows: number, bytes: number, queued: number): void {
    batch.rows += rows
    batch.bytes += bytes
    batch.messages += 1
    this.queuedRows -= rows
    this.queuedBytes -= queued
    this.#host.roomMade(rows, queued)
  }

  #end(batch: Batch<R>, reason: EndReason): void {
    if (!batch.isOpen) return
    batch.end(reason, this.#host.now())
    if (this.#current === batch) this.#current = undefined
    this.#host.bounded(batch)
  }

  #cross(): void {
    for (let next = this.#boundaries[0]; next !== undefined && next.at <= this.#taken; next = this.#boundaries[0]) {
      this.#boundaries.shift()
      if (this.#current !== undefined) this.#end(this.#current, next.reason)
      for (const ticket of next.tickets) {
        for (const batch of this.running) {
          ticket.hold()
          batch.tickets.push(ticket)
        }
        ticket.release()
      }
    }
  }
}
