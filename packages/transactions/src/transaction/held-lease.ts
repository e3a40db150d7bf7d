import type { Logger } from '@pravega-ts/config'
import { type CallOptions, PravegaError } from '@pravega-ts/model'
import { type PingMessage, pingChannel } from '../diagnostics.ts'
import { Lease, type Renewal } from '../lease/lease.ts'
import type { LeaseClock } from '../lease/lease-clock.ts'
import type { Tenant } from '../lease/lease-keeper.ts'
import type { TransactionStatus } from '../transaction.ts'
import type { TransactionController } from '../transaction-store.ts'
import { nameOf, type TransactionSubject } from './subject.ts'

export interface HeldLeaseOptions {
  readonly subject: TransactionSubject
  readonly controller: Pick<TransactionController, 'pingTransaction' | 'checkTransactionState'>
  readonly clock: LeaseClock
  readonly logger: Logger
  readonly leaseMs: number
  /** Renew at once: it is not known how much of the lease is left. */
  readonly atOnce: boolean
  /** The controller has said what the transaction is. */
  readonly onTold: (status: TransactionStatus | 'unknown', cause: PravegaError | undefined) => void
  /** No controller was reached before the lease was over. */
  readonly onOver: (cause: PravegaError) => void
}

/** Servers answer a renewal with `committed` and `aborted` as soon as those have begun. */
const TOLD = { open: 'open', committed: 'committing', aborted: 'aborting', unknown: 'unknown' } as const
const RESULTS = {
  open: 'open',
  committing: 'committed',
  committed: 'committed',
  aborting: 'aborted',
  aborted: 'aborted',
} as const

/** Renews the lease of one transaction, and tells what the controller says of it then. */
export class HeldLease implements Tenant {
  readonly #options: HeldLeaseOptions
  readonly #lease: Lease
  readonly #work = new AbortController()
  #refusal: PravegaError | undefined

  constructor(options: HeldLeaseOptions) {
    const now = options.clock.now()
    this.#options = options
    this.#lease = new Lease(options.leaseMs, now, options.atOnce ? now : undefined)
  }

  get dueAt(): number {
    return this.#lease.dueAt
  }

  /** Why it cannot be prolonged any more. */
  get refusal(): PravegaError | undefined {
    return this.#refusal
  }

  /** Gives a renewal that is under way up. */
  end(): void {
    this.#work.abort()
  }

  async renew(): Promise<void> {
    const { clock, subject } = this.#options
    const sentAt = clock.now()
    const call = { signal: this.#work.signal, timeoutMs: this.#lease.patienceMs(sentAt) }
    const { result, renewal, cause } = await this.#ask(call)
    if (this.#work.signal.aborted) return
    const now = clock.now()
    this.#lease.renewed(renewal, sentAt, now)
    this.#publish({
      stream: String(subject.stream),
      transactionId: subject.id,
      result,
      leftMs: this.#lease.leftMs(now),
      cause,
    })
    if (result === 'failed' || result === 'refused') {
      if (cause !== undefined && (renewal === 'ended' || this.#lease.isOver(now))) this.#options.onOver(cause)
    } else {
      this.#options.onTold(TOLD[result], this.#refusal)
    }
  }

  async #ask(call: CallOptions): Promise<{
    readonly result: PingMessage['result']
    readonly renewal: Renewal
    readonly cause?: PravegaError
  }> {
    const { controller, subject, leaseMs } = this.#options
    const { id, stream } = subject
    try {
      if (this.#lease.isRefused) {
        const status = await controller.checkTransactionState(stream, id, call)
        return { result: RESULTS[status], renewal: 'asked' }
      }
      return { result: await controller.pingTransaction(stream, id, leaseMs, call), renewal: 'prolonged' }
    } catch (error) {
      const cause = PravegaError.from(error)
      if (PravegaError.is(cause, 'TRANSACTION_NOT_FOUND')) return { result: 'unknown', renewal: 'asked', cause }
      // The controller's client does not open again.
      if (PravegaError.is(cause, 'CLOSED')) return { result: 'failed', renewal: 'ended', cause }
      if (!PravegaError.is(cause, 'LEASE_REFUSED')) return { result: 'failed', renewal: 'failed', cause }
      this.#refusal = cause
      return { result: 'refused', renewal: 'refused', cause }
    }
  }

  #publish(message: PingMessage): void {
    if (pingChannel.hasSubscribers) pingChannel.publish(message)
    const { logger, subject } = this.#options
    const { result, cause, leftMs } = message
    if (result === 'refused') {
      logger.warn(`${nameOf(subject)} has lived as long as a transaction may: commit or abort it now`, { leftMs })
    } else if (result === 'failed') {
      logger.warn(`the lease of ${nameOf(subject)} could not be renewed`, { leftMs, cause: String(cause) })
    }
  }
}
