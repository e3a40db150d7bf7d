import { setImmediate as nextTurn } from 'node:timers/promises'
import { BatchWriterError } from '../errors.ts'
import type { Lane } from '../lane/lane.ts'
import type { Lanes } from '../lane/lanes.ts'
import { Ring } from '../lane/ring.ts'
import { checkMessage, type Weight, weigh } from '../messages/message-check.ts'
import type { Kind, WriteMessage } from '../messages/messages.ts'
import type { WriterSettings } from '../options.ts'
import type { Tally } from './tally.ts'
import { Ticket } from './ticket.ts'

/** Messages, or something to do behind them, that wait in line. */
type Waiting<R> =
  | {
      readonly tag: 'messages'
      readonly messages: readonly WriteMessage<R>[]
      next: number
      fault: BatchWriterError | undefined
      resolve(): void
      reject(error: unknown): void
    }
  | { readonly tag: 'action'; readonly act: () => void }

const TAKEN = Symbol('taken')
const FULL = Symbol('full')

/** After so many messages the event loop gets a turn, so that timers and sockets live beside an input that never waits. */
const MESSAGES_PER_TURN = 1000

/**
 * The way in: checks and weighs messages, keeps kinds apart, and lets in what the queues have room for. Everything else
 * stands in line, in order.
 */
export class Intake<R> {
  readonly #settings: WriterSettings<R>
  readonly #lanes: Lanes<R>
  readonly #tally: Tally
  readonly #refused: (fault: BatchWriterError, message: unknown) => void
  readonly #line = new Ring<Waiting<R>>()
  readonly #weight: Weight = { rows: 0, bytes: 0 }
  #queuedRows = 0
  #queuedBytes = 0
  #index = 0
  #kind: Kind | undefined
  /** Messages of one kind wait for the handlers of the kind before. */
  #gate: Ticket | undefined
  #pumping = false
  #sinceTurn = 0
  /** Set when the run is broken off, which can happen in the midst of an array of messages. */
  #refusal: (() => unknown) | undefined
  /** What the first in line needs, when it is room that it waits for. */
  #needs: { readonly lane: Lane<R> | undefined; readonly rows: number; readonly bytes: number } | undefined

  constructor(
    settings: WriterSettings<R>,
    lanes: Lanes<R>,
    tally: Tally,
    refused: (fault: BatchWriterError, message: unknown) => void,
  ) {
    this.#settings = settings
    this.#lanes = lanes
    this.#tally = tally
    this.#refused = refused
  }

  /** Undefined when the message was taken at once. */
  offer(message: WriteMessage<R>): Promise<void> | undefined {
    if (this.#line.length > 0) return this.#stand([message], 0)
    const result = this.#accept(message, false)
    if (result === TAKEN) return this.#sinceTurn < MESSAGES_PER_TURN ? undefined : this.#turn()
    return result === FULL ? this.#stand([message], 0) : Promise.reject(result)
  }

  offerAll(messages: readonly WriteMessage<R>[]): Promise<void> | undefined {
    if (this.#line.length > 0) return this.#stand(messages, 0)
    let fault: BatchWriterError | undefined
    for (let next = 0; next < messages.length; next++) {
      const result = this.#accept(messages[next] as WriteMessage<R>, false)
      if (result === FULL) return this.#stand(messages, next, fault)
      if (result !== TAKEN) fault ??= result
      if (this.#refusal !== undefined) return Promise.reject(fault ?? this.#refusal())
    }
    if (fault !== undefined) return Promise.reject(fault)
    return this.#sinceTurn < MESSAGES_PER_TURN ? undefined : this.#turn()
  }

  /** Does something behind all messages that have been offered so far. */
  behind(act: () => void): void {
    this.#line.push({ tag: 'action', act })
    this.#pump()
  }

  /** The queues have given up rows. */
  roomMade(rows: number, bytes: number): void {
    this.#queuedRows -= rows
    this.#queuedBytes -= bytes
    const needs = this.#needs
    if (needs === undefined || this.#pumping) return
    if (this.#fits(needs.lane, needs.rows, needs.bytes, true)) this.#schedule()
  }

  /** Turns away everything in line, for good. Actions are done: they find out what has happened. */
  clear(refusal: () => unknown): void {
    this.#needs = undefined
    this.#refusal = refusal
    for (let waiting = this.#line.shift(); waiting !== undefined; waiting = this.#line.shift()) {
      if (waiting.tag === 'messages') waiting.reject(refusal())
      else waiting.act()
    }
  }

  #stand(messages: readonly WriteMessage<R>[], next: number, fault?: BatchWriterError): Promise<void> {
    const { waitingSends } = this.#settings
    if (this.#line.length >= waitingSends) {
      return Promise.reject(
        new BatchWriterError(
          'QUEUE_FULL',
          `${waitingSends} calls of send wait for room; await send before the next one, or raise maxWaitingSends`,
        ),
      )
    }
    return new Promise((resolve, reject) => {
      this.#line.push({ tag: 'messages', messages, next, fault, resolve, reject })
      if (this.#needs === undefined && this.#gate === undefined) this.#schedule()
    })
  }

  #turn(): Promise<void> {
    this.#sinceTurn = 0
    return nextTurn()
  }

  #schedule(): void {
    if (this.#pumping) return
    this.#pumping = true
    // Not at once: room is made in the midst of a take.
    queueMicrotask(() => {
      this.#pumping = false
      this.#pump()
    })
  }

  #pump(): void {
    while (this.#gate === undefined) {
      const waiting = this.#line.peek()
      if (waiting === undefined) return
      if (waiting.tag === 'messages' && !this.#acceptAll(waiting)) return
      this.#line.shift()
      if (waiting.tag === 'action') waiting.act()
      else if (waiting.fault === undefined) waiting.resolve()
      else waiting.reject(waiting.fault)
    }
  }

  #acceptAll(waiting: Extract<Waiting<R>, { tag: 'messages' }>): boolean {
    while (waiting.next < waiting.messages.length) {
      const result = this.#accept(waiting.messages[waiting.next] as WriteMessage<R>, true)
      if (result === FULL) return false
      if (result !== TAKEN) waiting.fault ??= result
      if (this.#refusal !== undefined) return false
      waiting.next += 1
    }
    return true
  }

  #accept(message: WriteMessage<R>, waited: boolean): typeof TAKEN | typeof FULL | BatchWriterError {
    const plain = message?.kind === 'insert' && typeof message.table === 'string'
    const weight = this.#weight
    const fault =
      (plain ? undefined : checkMessage(message, this.#index)) ??
      weigh(message, this.#settings.format, this.#index, weight) ??
      this.#checkRows(message, weight)
    if (fault !== undefined) {
      this.#index += 1
      this.#refused(fault, message)
      return fault
    }
    if (message.kind !== this.#kind && !this.#changeKind(message.kind)) return FULL
    if (!this.#admit(message, weight.rows, weight.bytes, waited)) return FULL
    this.#index += 1
    this.#sinceTurn += 1
    this.#tally.messages += 1
    return TAKEN
  }

  #checkRows(message: WriteMessage<R>, weight: Weight): BatchWriterError | undefined {
    const { refuseOversize, batchBytes, format } = this.#settings
    if (!refuseOversize || weight.bytes <= batchBytes || message.kind !== 'insert') return undefined
    for (let row = 0; row < weight.rows; row++) {
      const bytes = format.bytes(message.rows, row, row + 1)
      if (bytes <= batchBytes) continue
      return new BatchWriterError(
        'ROW_TOO_LARGE',
        `message ${this.#index} was not taken: row ${row} of this insert into '${message.table}' has ${bytes} bytes, and ` +
          `a batch ${batchBytes}; raise batchSizeBytes, or leave onOversize at 'alone'`,
        { details: { index: this.#index, row, bytes } },
      )
    }
    return undefined
  }

  #changeKind(kind: Kind): boolean {
    if (this.#kind !== undefined && this.#lanes.size > 0) {
      if (this.#settings.waitBetweenKinds) {
        const gate = new Ticket(() => {
          this.#gate = undefined
          this.#schedule()
        })
        this.#gate = gate
        this.#needs = undefined
        this.#lanes.bound('kind', gate)
        gate.release()
        return false
      }
      this.#lanes.bound('kind')
    }
    this.#kind = kind
    return true
  }

  #admit(message: WriteMessage<R>, rows: number, bytes: number, waited: boolean): boolean {
    const { kind, table } = message
    if (rows === 0) {
      this.#tally.empty += 1
      return true
    }
    const lane = this.#lanes.find(kind, table)
    if ((lane === undefined || lane.failed) && this.#lanes.hasFailed(kind, table)) {
      this.#tally.count(kind, kind === 'insert' ? table : undefined, 'dropped', rows)
      return true
    }
    if (!this.#fits(lane, rows, bytes, waited)) {
      this.#needs = { lane, rows, bytes }
      return false
    }
    this.#needs = undefined
    this.#queuedRows += rows
    this.#queuedBytes += bytes
    const target = lane ?? this.#lanes.create(kind, table)
    target.push(message, rows, bytes)
    return true
  }

  /** Who has waited is let in when half of the room is free: then there is room for the next ones too. */
  #fits(lane: Lane<R> | undefined, rows: number, bytes: number, waited: boolean): boolean {
    const { queuedRows, queuedBytes, queuedRowsPerTable, queuedBytesPerTable } = this.#settings
    if (lane !== undefined && lane.queuedRows > 0) {
      if (lane.queuedRows + rows > queuedRowsPerTable || lane.queuedBytes + bytes > queuedBytesPerTable) return false
      if (waited && (lane.queuedRows > queuedRowsPerTable / 2 || lane.queuedBytes > queuedBytesPerTable / 2))
        return false
    }
    if (this.#queuedRows === 0) return true
    if (this.#queuedRows + rows > queuedRows || this.#queuedBytes + bytes > queuedBytes) return false
    return !waited || (this.#queuedRows <= queuedRows / 2 && this.#queuedBytes <= queuedBytes / 2)
  }
}
