import { type CallOptions, type Deadline, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { stateChannel, waitChannel } from '../diagnostics.ts'
import { awaitEnd } from '../outcome/await-end.ts'
import { awaitMerge } from '../outcome/await-merge.ts'
import { settle, statusOf } from '../outcome/settle.ts'
import { nextStage, OPEN, type StageEvent, type TransactionStage } from '../stage/transaction-stage.ts'
import type { TransactionStateTag, TransactionStatus } from '../transaction.ts'
import { nameOf, type TransactionSubject } from './subject.ts'
import type { TransactionContext } from './transaction-context.ts'
import { stageError, withOutcome } from './transaction-errors.ts'

export interface StandingOptions {
  readonly subject: TransactionSubject
  readonly context: Pick<TransactionContext, 'controller' | 'logger' | 'controllerMs' | 'pace' | 'getInfo'>
  /** Those of the transaction; none where they are not known. */
  readonly segments: readonly ScopedSegment[]
  /** The stage has changed. */
  readonly onChange: (event: StageEvent) => void
}

/** What is known of a transaction, and how more of it is found out. */
export class Standing {
  readonly #subject: TransactionSubject
  readonly #context: StandingOptions['context']
  readonly #segments: readonly ScopedSegment[]
  readonly #onChange: (event: StageEvent) => void
  /** When the commit was accepted. */
  #acceptedAt: number | undefined
  #stage: TransactionStage = OPEN
  /** Why it has come to its stage. */
  #cause: unknown
  #learning: Promise<void> | undefined

  constructor({ subject, context, segments, onChange }: StandingOptions) {
    this.#subject = subject
    this.#context = context
    this.#segments = segments
    this.#onChange = onChange
  }

  get stage(): TransactionStage {
    return this.#stage
  }

  get tag(): TransactionStateTag {
    return this.#stage.tag
  }

  get cause(): unknown {
    return this.#cause
  }

  /** Whether it is certain that it is, or will be, committed. */
  get isCommitted(): boolean {
    return this.#stage.tag === 'committed' || (this.#stage.tag === 'committing' && this.#stage.isAccepted)
  }

  /** Whether a commit was asked for that may have been carried out, or may be yet. */
  get isInDoubt(): boolean {
    return this.#stage.tag === 'lost' && this.#stage.after === 'commit'
  }

  /** The one place where the stage changes. */
  switch(event: StageEvent, cause?: unknown): void {
    const before = this.#stage
    const stage = nextStage(before, event)
    if (stage === before) return
    this.#stage = stage
    this.#cause = cause
    this.#onChange(event)
    if (stage.tag !== before.tag) this.publish(before.tag)
  }

  publish(from: TransactionStateTag | undefined): void {
    const { id, stream } = this.#subject
    if (stateChannel.hasSubscribers) {
      stateChannel.publish({ stream: String(stream), transactionId: id, from, to: this.tag, cause: this.#cause })
    }
    this.#context.logger.debug(`${nameOf(this.#subject)} is ${this.tag}`, { from })
  }

  /** An error that says what the transaction is. */
  refusal(what: string, cause: unknown = this.#cause): PravegaError {
    return stageError(this.#subject, this.#stage, what, cause)
  }

  /** @throws PravegaError */
  async ask(call: CallOptions): Promise<TransactionStatus> {
    const status = await statusOf(this.#check(call))
    if (PravegaError.is(status)) throw status
    this.switch({ type: 'told', status })
    if (status !== 'unknown') return status
    throw this.refusal('No status')
  }

  /** Finds out what it is, if that can be. Never rejects. */
  learn(): Promise<void> {
    this.#learning ??= (async () => {
      await this.ask({ timeoutMs: this.#context.controllerMs }).catch(() => {})
      this.#learning = undefined
    })()
    return this.#learning
  }

  /**
   * Has the controller commit or abort.
   *
   * @throws PravegaError when it is not certain that this is done
   */
  async settle(what: 'commit' | 'abort', deadline: Deadline, ask: (call: CallOptions) => Promise<void>): Promise<void> {
    const failed = what === 'commit' ? 'Not committed' : 'Not aborted'
    const settlement = await settle(
      {
        ask,
        check: call => this.#check(call),
        onWait: (attempt, delayMs, cause) => this.#waits(`an answer to its ${what}`, attempt, delayMs, cause),
      },
      deadline,
    )
    switch (settlement.tag) {
      case 'accepted':
        this.#acceptedAt = performance.now()
        this.switch({ type: 'accepted' })
        break
      case 'told':
        this.switch({ type: 'told', status: settlement.status }, settlement.cause)
        break
      case 'refused':
        this.switch({ type: 'refused' }, settlement.error)
        throw this.#because(settlement.error, failed)
      case 'unanswered':
        this.switch({ type: 'unanswered' }, settlement.error)
        if (this.tag === 'lost') throw this.#because(settlement.error, failed)
    }
    const isDone = what === 'commit' ? this.isCommitted : this.tag === 'aborted'
    if (!isDone) throw this.refusal(failed, settlement.tag === 'told' ? settlement.cause : undefined)
  }

  /**
   * Waits until what was committed can be read.
   *
   * @throws PravegaError
   */
  async untilCommitted(deadline: Deadline): Promise<void> {
    if (this.#stage.tag === 'committed') return
    try {
      this.switch({ type: 'told', status: await this.#untilCarriedOut(deadline) })
    } catch (error) {
      const remark = 'It is certain that its events will appear; checkStatus() tells whether they have'
      throw withOutcome(this.#subject, PravegaError.from(error), 'committing', remark)
    }
    if (this.tag !== 'committed') throw this.refusal('Its events do not appear')
  }

  async #untilCarriedOut(deadline: Deadline): Promise<TransactionStatus | 'unknown'> {
    const { pace, getInfo } = this.#context
    const onWait = (attempt: number, delayMs: number, cause?: PravegaError): void =>
      this.#waits('its events to appear', attempt, delayMs, cause)
    const acceptedAt = this.#acceptedAt ?? performance.now()
    const isMerged = await awaitMerge({ segments: this.#segments, pace, acceptedAt, getInfo, onWait }, deadline)
    return isMerged ? 'committed' : await awaitEnd(call => this.#check(call), deadline, onWait)
  }

  /** An error that says what the transaction is, with the code of another one. */
  #because(error: PravegaError, failed: string): PravegaError {
    const { message, details } = this.refusal(failed)
    return new PravegaError(error.code, `${message} (${error.message})`, {
      cause: error,
      retriable: error.retriable,
      details: { ...error.details, ...details },
    })
  }

  #check(call: CallOptions): Promise<TransactionStatus> {
    const { id, stream } = this.#subject
    return this.#context.controller.checkTransactionState(stream, id, call)
  }

  #waits(waitsFor: string, attempt: number, delayMs: number, cause: PravegaError | undefined): void {
    if (!waitChannel.hasSubscribers) return
    const { id, stream } = this.#subject
    waitChannel.publish({ stream: String(stream), transactionId: id, waitsFor, attempt, delayMs, cause })
  }
}
