import type { Batch } from '../batch/batch.ts'
import { HandlerStream } from '../batch/batch-stream.ts'
import type { Extent } from '../batch/cutting.ts'
import type { BatchStream, StreamingBatchClient } from '../client.ts'
import { LONGEST_DELAY_MS } from '../clock.ts'
import type { EndReason } from '../diagnostics.ts'
import { BatchWriterError } from '../errors.ts'
import { notImplemented } from '../handlers.ts'
import type { Lane, LaneHost } from '../lane/lane.ts'
import { Lanes } from '../lane/lanes.ts'
import type { WriteMessage } from '../messages/messages.ts'
import type { WriterSettings } from '../options.ts'
import type { RowFormat } from '../rows/row-format.ts'
import type { WriteSummary } from '../summary.ts'
import { BatchFailure } from '../write-error.ts'
import { Intake } from './intake.ts'
import { OpenBatches } from './open-batches.ts'
import { Reports } from './reports.ts'
import { Tally } from './tally.ts'
import { Ticket } from './ticket.ts'
import { type Break, judge, textOf, writeError } from './verdict.ts'

/**
 * Where a run is in its life.
 * - open: takes messages
 * - ending: takes none any more; handlers get what is queued
 * - breaking: handlers are told, and have a time to return
 * - over: no handler is waited for
 */
type RunState =
  | { readonly tag: 'open' }
  | { readonly tag: 'ending' }
  | { readonly tag: 'breaking'; readonly why: Break; readonly error: unknown }
  | { readonly tag: 'over'; readonly why: Break | undefined }

const missing = notImplemented('deleteRecord')

/** Everything from the first message of a write to the return of its last handler. */
export class Run<R> implements LaneHost<R> {
  readonly format: RowFormat<R>
  readonly caps: Extent
  readonly concurrencyPerTable: number
  /** Settles when the run takes no more messages because it was broken off. */
  readonly broken: Promise<void>
  readonly #client: StreamingBatchClient<R>
  readonly #settings: WriterSettings<R>
  readonly #tally = new Tally()
  readonly #lanes: Lanes<R> = new Lanes<R>(this)
  readonly #intake: Intake<R>
  readonly #open: OpenBatches<R>
  readonly #reports: Reports<R>
  readonly #running = new Set<Batch<R>>()
  /** Lanes that wait until fewer handlers run. */
  readonly #waiting = new Set<Lane<R>>()
  readonly #abort = new AbortController()
  readonly #signal: AbortSignal | undefined
  readonly #over: Promise<void>
  #markBroken: () => void = () => {}
  #markOver: () => void = () => {}
  #state: RunState = { tag: 'open' }
  /** The end has been asked for; messages may still stand in line before it. */
  #ending = false
  #grace: unknown

  constructor(client: StreamingBatchClient<R>, settings: WriterSettings<R>, signal: AbortSignal | undefined) {
    this.#client = client
    this.#settings = settings
    this.format = settings.format
    this.caps = { rows: settings.batchRows, bytes: settings.batchBytes }
    this.concurrencyPerTable = settings.concurrencyPerTable
    this.#intake = new Intake(settings, this.#lanes, this.#tally, (fault, message) => this.#refused(fault, message))
    this.#open = new OpenBatches(settings.clock, settings.batchTimeout, batch => batch.lane.bound('timeout'))
    this.#reports = new Reports(settings, failure => this.#record(failure))
    this.broken = new Promise(resolve => {
      this.#markBroken = resolve
    })
    this.#over = new Promise(resolve => {
      this.#markOver = resolve
    })
    this.#signal = signal
    if (signal?.aborted) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  get takesMessages(): boolean {
    return this.#state.tag === 'open' && !this.#ending
  }

  offer(message: WriteMessage<R>): Promise<void> | undefined {
    return this.takesMessages ? this.#intake.offer(message) : Promise.reject(this.#refusal())
  }

  offerAll(messages: readonly WriteMessage<R>[]): Promise<void> | undefined {
    return this.takesMessages ? this.#intake.offerAll(messages) : Promise.reject(this.#refusal())
  }

  /** Waits until everything that was offered is settled. */
  async flush(): Promise<void> {
    await new Promise<void>(resolve => {
      this.#intake.behind(() => this.#boundAll('flush', resolve))
    })
    this.#throwIfFailed()
  }

  /** Ends the input, and waits for all handlers. */
  async end(): Promise<WriteSummary> {
    this.#ending = true
    this.#intake.behind(() => {
      if (this.#state.tag !== 'open') return
      this.#enter({ tag: 'ending' })
      this.#boundAll('end', () => this.#finish())
    })
    await this.#over
    this.#throwIfFailed()
    return this.#tally.summary()
  }

  /** Breaks the run off. Without effect on one that is broken off or over. */
  break(why: Break): void {
    if (this.#state.tag !== 'open' && this.#state.tag !== 'ending') return
    const error = why.code === 'ABORTED' ? why.cause : new BatchWriterError(why.code, why.message, { cause: why.cause })
    this.#enter({ tag: 'breaking', why, error })
    this.#markBroken()
    this.#waiting.clear()
    this.#intake.clear(() => this.#refusal())
    for (const batch of this.#running) batch.break(error, 'aborted', this.now())
    for (const lane of this.#lanes) this.#drop(lane, 'aborted')
    this.#abort.abort(error)
    const { abortGrace, clock } = this.#settings
    if (this.#running.size === 0) this.#finish()
    else if (abortGrace === 0) this.#giveUp()
    else if (abortGrace < Number.POSITIVE_INFINITY) {
      this.#grace = clock.setTimeout(() => this.#giveUp(), Math.min(abortGrace, LONGEST_DELAY_MS))
    }
  }

  /** Breaks the run off and waits for the handlers; tells what has come of everything instead of throwing. */
  async abandon(): Promise<WriteSummary> {
    this.break({ code: 'CLOSED', message: 'the session was closed with force', cause: undefined })
    await this.#over
    return this.#tally.summary()
  }

  /** Tells what went wrong beside the messages. */
  note(message: string, cause: unknown): void {
    this.#reports.log(message, { cause })
  }

  now(): number {
    return this.#settings.clock.now()
  }

  nextNumber(): number {
    this.#tally.batches += 1
    return this.#tally.batches
  }

  mayStart(lane: Lane<R>): boolean {
    if (this.#running.size < this.#settings.concurrency) return true
    this.#waiting.add(lane)
    this.#relieve()
    return false
  }

  launch(batch: Batch<R>, first: WriteMessage<R>): void {
    this.#running.add(batch)
    if (batch.isOpen) this.#open.add(batch)
    // In a turn of its own: a handler must not run in the midst of the call that brought its first message.
    queueMicrotask(() => void this.#handle(batch, first))
  }

  bounded(batch: Batch<R>): void {
    this.#open.delete(batch)
  }

  roomMade(rows: number, bytes: number): void {
    this.#intake.roomMade(rows, bytes)
  }

  idle(lane: Lane<R>): void {
    this.#lanes.delete(lane)
  }

  broke(lane: Lane<R>, error: unknown): void {
    const { kind, table } = lane
    const message = `rows for '${table}' could not be cut: ${textOf(error)}`
    const place = { kind, table, batch: undefined, index: undefined }
    this.#fail(lane, new BatchFailure('INVALID_MESSAGE', message, place, { cause: error }))
    if (lane.running.size === 0) this.#lanes.delete(lane)
  }

  async #handle(batch: Batch<R>, first: WriteMessage<R>): Promise<void> {
    if (batch.state.tag === 'broken') return this.#settle(batch, undefined)
    try {
      await this.#call(new HandlerStream<R>(batch, first, this.#abort.signal))
    } catch (error) {
      return this.#settle(batch, { error })
    }
    this.#settle(batch, undefined)
  }

  #call(stream: HandlerStream<R>): Promise<void> {
    const client = this.#client
    // A lane holds messages of one kind, which the types cannot see.
    const any = stream as unknown as BatchStream<never>
    switch (stream.kind) {
      case 'insert':
        return client.writeTable(any as BatchStream<never> & { table: string })
      case 'migrateTable':
        return client.migrateTable(any)
      case 'deleteStale':
        return client.deleteStale(any)
      case 'deleteRecord':
        return client.deleteRecords === undefined ? missing(any) : client.deleteRecords(any)
    }
  }

  #settle(batch: Batch<R>, thrown: { readonly error: unknown } | undefined): void {
    if (batch.state.tag === 'settled') return
    const breakError = this.#state.tag === 'breaking' ? { error: this.#state.error } : undefined
    const { failure, outcome } = judge(batch, thrown, breakError)
    const { lane } = batch
    batch.settle(thrown === undefined ? 'returned' : 'failed', this.now())
    lane.leave(batch)
    this.#running.delete(batch)
    this.#tally.count(lane.kind, lane.table, outcome, batch.rows)
    if (failure !== undefined) this.#fail(lane, failure)
    this.#reports.publish(batch, failure?.cause ?? failure ?? thrown?.error)
    for (const ticket of batch.tickets) ticket.release()
    this.#freeSlots()
    lane.advance()
    if (this.#running.size === 0 && this.#state.tag === 'breaking') this.#finish()
  }

  #fail(lane: Lane<R>, failure: BatchFailure): void {
    this.#lanes.markFailed(lane)
    // Before the drop, which can be the last thing that the end of the run waits for.
    this.#record(failure)
    this.#drop(lane, 'failed')
  }

  #record(failure: BatchFailure): void {
    this.#tally.fail(failure)
    const { kind, table, batch, cause } = failure
    this.#reports.log(failure.message, { code: failure.code, kind, table, batch, cause })
    if (!this.#settings.stopOnError) return
    this.break({ code: 'STOPPED', message: 'another batch failed, and onError is stop', cause: failure })
  }

  #refused(fault: BatchWriterError, message: unknown): void {
    this.#tally.invalid += 1
    const { kind, table } = (message ?? {}) as Partial<WriteMessage<R>>
    const place = { kind, table, batch: undefined, index: fault.details['index'] as number }
    this.#record(new BatchFailure(fault.code, fault.message, place, { cause: fault.cause, details: fault.details }))
  }

  #drop(lane: Lane<R>, reason: EndReason): void {
    this.#waiting.delete(lane)
    const rows = lane.drop(reason)
    if (rows > 0) this.#tally.count(lane.kind, lane.table, 'dropped', rows)
  }

  #boundAll(reason: EndReason, done: () => void): void {
    const ticket = new Ticket(done)
    this.#lanes.bound(reason, ticket)
    ticket.release()
  }

  #freeSlots(): void {
    for (const lane of this.#waiting) {
      if (this.#running.size >= this.#settings.concurrency) break
      this.#waiting.delete(lane)
      lane.advance()
    }
    this.#relieve()
  }

  /** Ends as many open batches, oldest first, as there are lanes that wait for one. */
  #relieve(): void {
    while (this.#running.size - this.#open.size < this.#waiting.size) {
      const { oldest } = this.#open
      if (oldest === undefined) return
      this.#open.delete(oldest)
      oldest.lane.bound('concurrency')
    }
  }

  #giveUp(): void {
    for (const batch of [...this.#running]) {
      const { kind } = batch.lane
      const table = batch.lastTable
      const message = `the ${kind} handler of '${table}' did not return within ${this.#settings.abortGrace} ms after the break`
      const place = { kind, table, batch: batch.number, index: undefined }
      this.#settle(batch, { error: new BatchFailure('HANDLER_UNSETTLED', message, place) })
    }
  }

  readonly #onAbort = (): void => {
    this.break({ code: 'ABORTED', message: 'the write was aborted', cause: this.#signal?.reason })
  }

  #finish(): void {
    if (this.#state.tag === 'over') return
    this.#enter({ tag: 'over', why: this.#state.tag === 'breaking' ? this.#state.why : undefined })
    this.#signal?.removeEventListener('abort', this.#onAbort)
    if (this.#grace !== undefined) this.#settings.clock.clearTimeout(this.#grace)
    this.#open.clear()
    this.#markOver()
  }

  #enter(state: RunState): void {
    this.#state = state
  }

  #why(): Break | undefined {
    return this.#state.tag === 'breaking' || this.#state.tag === 'over' ? this.#state.why : undefined
  }

  #refusal(): BatchWriterError {
    const why = this.#why()
    if (why === undefined) return new BatchWriterError('CLOSED', 'the session is closed; open another one')
    return new BatchWriterError(why.code, `${why.message}: the message was not taken`, { cause: why.cause })
  }

  #throwIfFailed(): void {
    const why = this.#why()
    const { failures } = this.#tally
    if (why === undefined && failures.length === 0) return
    throw writeError(why, this.#tally)
  }
}
