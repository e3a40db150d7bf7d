import type { EventAppender, KeyedEvent, WriteEventOptions } from '@pravega-ts/event-client'
import {
  type CallOptions,
  type CloseOptions,
  Deadline,
  PravegaError,
  type ScopedSegment,
  type ScopedStream,
} from '@pravega-ts/model'
import { isOver, needsLease, type StageEvent } from '../stage/transaction-stage.ts'
import type { CommitTransactionOptions, Transaction, TransactionStateTag, TransactionStatus } from '../transaction.ts'
import { checkTimestamp } from './check-timestamp.ts'
import { ExplainedPromises } from './explained-promises.ts'
import { HeldLease } from './held-lease.ts'
import { Standing } from './standing.ts'
import { nameOf, type TransactionSubject } from './subject.ts'
import type { TransactionContext } from './transaction-context.ts'
import { closed, incomplete, withOutcome } from './transaction-errors.ts'
import { Turns } from './turns.ts'

export interface EventTransactionOptions<T> {
  readonly id: string
  readonly leaseMs: number
  /** It was begun by another handle. */
  readonly isForeign: boolean
  /** What the controller has said of it. */
  readonly status: TransactionStatus
  /** Those of the transaction. None: it has ended. */
  readonly segments: readonly ScopedSegment[]
  /** Writes to its segments. Undefined: it has ended. */
  readonly appender: EventAppender<T> | undefined
  /** It has another state, or its handle is closed. */
  readonly onChange: (transaction: EventTransaction<T>) => void
}

/** A {@link Transaction} whose events go through an {@link EventAppender}. */
export class EventTransaction<T> implements Transaction<T>, TransactionSubject {
  readonly id: string
  readonly stream: ScopedStream
  readonly isForeign: boolean
  readonly #context: TransactionContext
  readonly #appender: EventAppender<T> | undefined
  readonly #standing: Standing
  readonly #lease: HeldLease
  readonly #explained = new ExplainedPromises(error => this.#explain(error))
  readonly #changed: (transaction: EventTransaction<T>) => void
  /** Commits and aborts, one after the other. */
  readonly #turns = new Turns()
  /** Calls of `writeAll` that are under way. */
  readonly #writing = new Set<Promise<unknown>>()
  /** The first event that could not be written: it cannot be committed any more. */
  #failure: PravegaError | undefined
  /** The first event that was refused since the transaction has ended, until a flush tells it. */
  #untold: PravegaError | undefined
  #isGivenUp = false
  #closing: Promise<void> | undefined

  constructor(context: TransactionContext, options: EventTransactionOptions<T>) {
    this.id = options.id
    this.stream = context.stream
    this.isForeign = options.isForeign
    this.#context = context
    this.#appender = options.appender
    this.#changed = options.onChange
    this.#standing = new Standing({
      subject: this,
      context,
      segments: options.segments,
      onChange: event => this.#onChange(event),
    })
    const { controller, keeper, logger } = context
    this.#lease = new HeldLease({
      subject: this,
      controller,
      clock: keeper.clock,
      logger,
      leaseMs: options.leaseMs,
      atOnce: options.isForeign,
      onTold: (status, cause) => this.#standing.switch({ type: 'told', status }, cause),
      onOver: cause => this.#standing.switch({ type: 'leaseOver' }, cause),
    })
    this.#standing.publish(undefined)
    this.#standing.switch({ type: 'told', status: options.status })
    if (needsLease(this.#standing.stage)) keeper.add(this.#lease)
  }

  get state(): TransactionStateTag {
    return this.#standing.tag
  }

  /** Whether there is something to be ended before the writer may forget it. */
  get isUnfinished(): boolean {
    const { stage, tag } = this.#standing
    return this.#closing === undefined && (needsLease(stage) || tag === 'aborting')
  }

  get pendingBytes(): number {
    return this.#appender?.pendingBytes ?? 0
  }

  get hasRoom(): boolean {
    return this.#writable?.hasRoom ?? false
  }

  writeEvent(event: T, options?: WriteEventOptions): Promise<void> {
    const appender = this.#writable
    if (appender === undefined) return this.#refuse('The event was not written')
    return this.#explained.of(appender.writeEvent(event, options))
  }

  writeEvents(events: Iterable<T>, options: WriteEventOptions & { readonly routingKey: string }): Promise<void> {
    const appender = this.#writable
    if (appender === undefined) return this.#refuse('The events were not written')
    return this.#explained.of(appender.writeEvents(events, options))
  }

  async writeAll(events: AsyncIterable<KeyedEvent<T>> | Iterable<KeyedEvent<T>>, call?: CallOptions): Promise<number> {
    const appender = this.#writable
    if (appender === undefined) return await this.#refuse('The events were not written')
    const writing = appender.writeAll(events, call)
    this.#writing.add(writing)
    try {
      return await writing
    } catch (error) {
      // What the iterable throws goes through as it is, and is no event that is missing; a flush knows about those.
      throw PravegaError.is(error) ? await this.#reasonOf(error) : error
    } finally {
      this.#writing.delete(writing)
    }
  }

  async ready(call?: CallOptions): Promise<void> {
    const appender = this.#writable
    if (appender === undefined) throw this.#closedOr('There is no room')
    try {
      await appender.ready(call)
    } catch (error) {
      throw await this.#explain(PravegaError.from(error))
    }
  }

  async flush(call?: CallOptions): Promise<void> {
    const untold = this.#untold
    this.#untold = undefined
    if (untold !== undefined) throw untold
    const { tag, isCommitted } = this.#standing
    if (isCommitted && this.#failure === undefined) return
    if ((tag !== 'open' && tag !== 'flushing') || this.#closing !== undefined) throw this.#closedOr('Not flushed')
    await this.#flush(call)
  }

  async commit(options: CommitTransactionOptions = {}): Promise<void> {
    const { timestamp, wait = false, ...call } = options
    checkTimestamp(timestamp)
    using deadline = this.#deadline('Committing', call)
    await this.#turns.take(deadline, () => this.#commit(timestamp, deadline))
    if (wait) await this.#standing.untilCommitted(deadline)
  }

  async abort(call?: CallOptions): Promise<void> {
    using deadline = this.#deadline('Aborting', call)
    // A commit that waits for acknowledgements does not go on; one that was asked for comes first.
    this.#beginAbort()
    await this.#turns.take(deadline, () => this.#abort(deadline))
  }

  async checkStatus(call?: CallOptions): Promise<TransactionStatus> {
    const { stage } = this.#standing
    if (isOver(stage)) return stage.tag
    using deadline = new Deadline(`Asking for the status of ${nameOf(this)}`, call, this.#context.controllerMs)
    return await this.#standing.ask(deadline.rest())
  }

  close(options: CloseOptions = {}): Promise<void> {
    if (options.force === true) this.#giveUp()
    this.#closing ??= this.#close(options)
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.end()
    } finally {
      await this.close()
    }
  }

  /** Waits for a commit that is under way, and aborts what is open then. */
  async end(): Promise<void> {
    using deadline = new Deadline(`Ending ${nameOf(this)}`, { timeoutMs: this.#context.closeMs })
    await this.#turns.take(deadline, async () => {
      if (this.#standing.isInDoubt) return
      this.#beginAbort()
      if (this.state !== 'aborting') return
      await this.#abort(deadline).catch((error: unknown) => {
        // Somebody else has ended it.
        if (!PravegaError.is(error, 'TRANSACTION_FAILED', 'TRANSACTION_NOT_FOUND')) throw error
      })
    })
  }

  /** Resolves when a commit that is under way has an answer. */
  async answered(deadline: Deadline): Promise<void> {
    await this.#turns.take(deadline, async () => {})
  }

  async #commit(timestamp: bigint | number | undefined, deadline: Deadline): Promise<void> {
    const standing = this.#standing
    if (standing.isCommitted) {
      if (this.#failure === undefined) return
      throw standing.refusal('Committed by another process, without all events that were written here', this.#failure)
    }
    if (this.#closing !== undefined) throw this.#closedOr('Not committed')
    if (standing.tag === 'open' && this.#failure !== undefined) throw await this.#whyNot(this.#failure, deadline)
    standing.switch({ type: 'commit' })
    if (standing.tag === 'flushing') await this.#flushForCommit(deadline)
    if (standing.tag !== 'committing') throw standing.refusal('Not committed')
    if (timestamp !== undefined) this.#context.onNoted()
    const { controller, writerId } = this.#context
    const noted = timestamp === undefined ? {} : { writerId, timestamp }
    await standing.settle('commit', deadline, call =>
      controller.commitTransaction(this.stream, this.id, { ...call, ...noted }),
    )
  }

  async #flushForCommit(deadline: Deadline): Promise<void> {
    const standing = this.#standing
    try {
      await deadline.race(Promise.allSettled(this.#writing))
      await this.#flush(deadline.rest())
      if (this.#failure !== undefined) throw this.#failure
      standing.switch({ type: 'flushed' })
    } catch (thrown) {
      const error = PravegaError.from(thrown)
      standing.switch({ type: 'unflushed' })
      if (this.#failure !== undefined) throw await this.#whyNot(this.#failure, deadline)
      if (standing.tag !== 'open') throw standing.refusal('Not committed from here', error)
      throw withOutcome(this, error, 'open', 'It is not committed; it can still be committed or aborted')
    }
  }

  /** An event could not be written: since somebody else has ended the transaction, or for another reason. */
  async #whyNot(failure: PravegaError, deadline: Deadline): Promise<PravegaError> {
    // Out of time, it is told what is known.
    await deadline.race(this.#reasonOf(failure)).catch(() => {})
    return this.state === 'open'
      ? incomplete(this, failure)
      : this.#standing.refusal('Not committed from here', failure)
  }

  /** Nothing is written any more, unless it is committed or its commit is being decided. */
  #beginAbort(): void {
    this.#standing.switch({ type: 'abort' })
    if (this.state === 'aborting') this.#giveUp()
  }

  async #abort(deadline: Deadline): Promise<void> {
    this.#beginAbort()
    if (this.state === 'aborted') return
    if (this.state !== 'aborting') throw this.#standing.refusal('Not aborted')
    const { controller } = this.#context
    await this.#standing.settle('abort', deadline, call => controller.abortTransaction(this.stream, this.id, call))
  }

  async #flush(call: CallOptions | undefined): Promise<void> {
    try {
      await this.#appender?.flush(call)
    } catch (error) {
      throw await this.#explain(PravegaError.from(error))
    }
  }

  async #close({ force = false }: CloseOptions): Promise<void> {
    const { closeMs, keeper } = this.#context
    try {
      if (!force) {
        using deadline = new Deadline(`Closing ${nameOf(this)}`, { timeoutMs: closeMs })
        await this.#turns.take(deadline, async () => {})
        if (this.state === 'open') await this.#appender?.close()
      }
    } catch (error) {
      throw await this.#explain(PravegaError.from(error))
    } finally {
      keeper.remove(this.#lease)
      this.#lease.end()
      this.#giveUp()
      this.#changed(this)
    }
  }

  /** What is not acknowledged fails. */
  #giveUp(): void {
    if (this.#isGivenUp) return
    this.#isGivenUp = true
    this.#appender?.close({ force: true }).catch(() => {})
  }

  get #writable(): EventAppender<T> | undefined {
    return this.state === 'open' && this.#closing === undefined ? this.#appender : undefined
  }

  #onChange(event: StageEvent): void {
    const { keeper } = this.#context
    const { stage, isCommitted } = this.#standing
    // Somebody else has ended it while events were on their way.
    if (event.type === 'told' && this.pendingBytes > 0) this.#failure ??= this.#standing.refusal('Not acknowledged')
    if (needsLease(stage) && this.#closing === undefined) keeper.add(this.#lease)
    else keeper.remove(this.#lease)
    if (isCommitted || isOver(stage)) this.#giveUp()
    this.#changed(this)
  }

  #deadline(what: string, call: CallOptions | undefined): Deadline {
    return new Deadline(() => `${what} ${nameOf(this)} (${this.state})`, call, this.#context.callTimeoutMs)
  }

  #closedOr(what: string): PravegaError {
    return this.state === 'open' ? closed(this) : this.#standing.refusal(what)
  }

  #refuse(what: string): Promise<never> {
    const refusal = this.#closedOr(what)
    this.#untold ??= refusal
    const refused = Promise.reject(refusal)
    refused.catch(() => {})
    return refused
  }

  /** Says of events that were not acknowledged what has become of the transaction. */
  async #explain(error: PravegaError): Promise<PravegaError> {
    // Who gave up waiting does not know that an event is missing.
    if (PravegaError.is(error, 'ABORTED', 'DEADLINE_EXCEEDED')) return error
    this.#failure ??= error
    return await this.#reasonOf(error)
  }

  async #reasonOf(error: PravegaError): Promise<PravegaError> {
    if (PravegaError.is(error, 'NO_SUCH_SEGMENT', 'SEGMENT_SEALED')) await this.#standing.learn()
    if (this.state === 'open' || this.state === 'flushing') return error
    return this.#standing.refusal('Not written, or not acknowledged', this.#standing.cause ?? error)
  }
}
