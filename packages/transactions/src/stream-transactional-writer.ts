import type { SegmentWithRange } from '@pravega-ts/controller-client'
import { openFixedEventWriter } from '@pravega-ts/event-client'
import {
  type CallOptions,
  type CloseOptions,
  Deadline,
  PravegaError,
  parseUuid,
  type ScopedStream,
  transactionEpoch,
} from '@pravega-ts/model'
import { AcceptedCommits } from './accepted-commits.ts'
import { checkLease } from './lease/check-lease.ts'
import { EventTransaction } from './transaction/event-transaction.ts'
import type { TransactionContext } from './transaction/transaction-context.ts'
import type { TransactionStatus } from './transaction.ts'
import type { TransactionStore } from './transaction-store.ts'
import type {
  BeginOptions,
  TransactionalEventWriter,
  TransactionalEventWriterOptions,
} from './transactional-event-writer.ts'

interface Opening {
  readonly id: string
  readonly leaseMs: number
  readonly isForeign: boolean
  readonly status: TransactionStatus
  readonly segments: readonly SegmentWithRange[]
}

/** A {@link TransactionalEventWriter} of a stream. */
export class StreamTransactionalWriter<T> implements TransactionalEventWriter<T> {
  readonly stream: ScopedStream
  readonly writerId: string
  readonly #store: TransactionStore
  readonly #context: TransactionContext
  readonly #options: TransactionalEventWriterOptions<T>
  readonly #leaseMs: number
  /** Those that are to be ended before this closes. */
  readonly #transactions = new Set<EventTransaction<T>>()
  readonly #accepted: AcceptedCommits
  #hasNotedTime = false
  #closing: Promise<void> | undefined
  readonly #leaveStore: (() => void) | undefined

  constructor(
    store: TransactionStore,
    context: Omit<TransactionContext, 'onNoted'>,
    options: TransactionalEventWriterOptions<T> & { readonly leaseMs: number },
  ) {
    this.stream = context.stream
    this.writerId = context.writerId
    this.#store = store
    this.#options = options
    this.#leaseMs = options.leaseMs
    this.#context = {
      ...context,
      onNoted: () => {
        this.#hasNotedTime = true
      },
    }
    this.#accepted = new AcceptedCommits(this.stream, context.controller)
    this.#leaveStore = store.beforeClose?.(options => this.close(options))
  }

  async begin(options: BeginOptions = {}): Promise<EventTransaction<T>> {
    const { leaseMs = this.#leaseMs, ...call } = options
    checkLease(leaseMs)
    using deadline = this.#deadline('Beginning a transaction', call)
    const { controller } = this.#context
    const { id, segments } = await controller.createTransaction(this.stream, leaseMs, deadline.rest())
    if (this.#closing !== undefined) {
      await controller.abortTransaction(this.stream, id, deadline.rest())
      throw this.#closed()
    }
    return this.#open({ id, leaseMs, isForeign: false, status: 'open', segments })
  }

  async getTransaction(id: string, options: BeginOptions = {}): Promise<EventTransaction<T>> {
    const { leaseMs = this.#leaseMs, ...call } = options
    checkLease(leaseMs)
    const transactionId = parseUuid(id)
    using deadline = this.#deadline(`Opening transaction ${transactionId}`, call)
    const { controller } = this.#context
    const status = await controller.checkTransactionState(this.stream, transactionId, deadline.rest())
    const segments = status === 'open' ? await this.#segmentsOf(transactionId, deadline) : []
    if (this.#closing !== undefined) throw this.#closed()
    return this.#open({ id: transactionId, leaseMs, isForeign: true, status, segments })
  }

  async noteTime(timestamp: bigint | number, call?: CallOptions): Promise<void> {
    using deadline = this.#deadline('Noting a time', call)
    await Promise.all([...this.#transactions].map(transaction => transaction.answered(deadline)))
    await this.#accepted.carriedOut(deadline)
    const { controller } = this.#context
    const { segments } = await controller.getCurrentSegments(this.stream, deadline.rest())
    // What is committed lies before the ends of the segments.
    const ends = await Promise.all(
      segments.map(async ({ segment }) => {
        const { writeOffset } = await this.#store.getInfo(segment, deadline.rest())
        return [segment.segmentId, writeOffset] as const
      }),
    )
    this.#hasNotedTime = true
    await controller.noteTimestampFromWriter(this.stream, this.writerId, timestamp, new Map(ends), deadline.rest())
  }

  close(options: CloseOptions = {}): Promise<void> {
    if (options.force === true) {
      for (const transaction of this.#transactions) transaction.close({ force: true }).catch(() => {})
    }
    this.#closing ??= this.#close(options.force === true)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(force: boolean): Promise<void> {
    const ended = await Promise.allSettled([...this.#transactions].map(transaction => end(transaction, force)))
    const failure = ended.find(({ status }) => status === 'rejected')
    this.#leaveStore?.()
    if (this.#hasNotedTime && !force) await this.#removeWriter()
    if (failure?.status === 'rejected') throw failure.reason
  }

  /** A writer that stays known holds the watermarks back. */
  async #removeWriter(): Promise<void> {
    const { controller, closeMs } = this.#context
    try {
      await controller.removeWriter(this.stream, this.writerId, { timeoutMs: closeMs })
    } catch (error) {
      if (!PravegaError.is(error, 'STREAM_NOT_FOUND')) throw error
    }
  }

  #open({ segments, ...opening }: Opening): EventTransaction<T> {
    const { id } = opening
    const what = `transaction ${id} of stream ${this.stream}`
    const appender =
      segments.length === 0 ? undefined : openFixedEventWriter(this.#store, segments, { ...this.#options, what })
    const transaction = new EventTransaction<T>(this.#context, {
      ...opening,
      segments: segments.map(({ segment }) => segment),
      appender,
      onChange: changed => this.#noteChange(changed),
    })
    if (transaction.isUnfinished) this.#transactions.add(transaction)
    return transaction
  }

  #noteChange(transaction: EventTransaction<T>): void {
    const { id, state } = transaction
    if (!transaction.isUnfinished) this.#transactions.delete(transaction)
    if (state === 'committing' && !transaction.isUnfinished) this.#accepted.add(id)
    if (state === 'committed') this.#accepted.delete(id)
  }

  async #segmentsOf(id: string, deadline: Deadline): Promise<readonly SegmentWithRange[]> {
    const epoch = transactionEpoch(id)
    const { segments } = await this.#context.controller.getEpochSegments(this.stream, epoch, deadline.rest())
    return segments.map(({ segment, range }) => ({ segment: segment.inTransaction(id), range }))
  }

  #deadline(what: string, call: CallOptions | undefined): Deadline {
    if (this.#closing !== undefined) throw this.#closed()
    return new Deadline(`${what} on stream ${this.stream}`, call, this.#context.controllerMs)
  }

  #closed(): PravegaError {
    return new PravegaError(
      'CLOSED',
      `The transactional event writer of stream ${this.stream} is closed. Open a new one`,
    )
  }
}

async function end<T>(transaction: EventTransaction<T>, force: boolean): Promise<void> {
  try {
    if (!force && !transaction.isForeign) await transaction.end()
  } finally {
    await transaction.close({ force })
  }
}
