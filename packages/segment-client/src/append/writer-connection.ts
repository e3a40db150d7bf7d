import { type RetryPolicy, retryDelayMs } from '@pravega-ts/config'
import { Deadline, PravegaError, type WriterId } from '@pravega-ts/model'
import { sessionChannel, waitChannel } from '../diagnostics.ts'
import { pause } from '../retry.ts'
import { type SegmentReference, segmentName } from '../segment-name.ts'
import type { StoreContext } from '../store-context.ts'
import type { Block } from './append-block.ts'
import { AppendFrames } from './append-frame.ts'
import type { PipelineEvent } from './append-pipeline.ts'
import { AppendSession, isWorthAnotherSession } from './append-session.ts'

/** What a {@link WriterConnection} is told of its writer. */
export interface ConnectionOwner {
  /** Something happened to the connection, or came over it. */
  onEvent(event: PipelineEvent<Block>): void
  /** For log lines: bytes that wait for the connection. */
  readonly pendingBytes: number
}

/** The one connection that a writer has at a time, made again as often as it is asked for. */
export class WriterConnection {
  readonly #context: StoreContext
  readonly #segment: SegmentReference
  readonly #name: string
  readonly #writerId: WriterId
  readonly #retry: RetryPolicy
  readonly #owner: ConnectionOwner
  readonly #frames: AppendFrames
  #session: AppendSession | undefined
  #opening: AbortController | undefined
  #everOpen = false

  constructor(
    context: StoreContext,
    segment: SegmentReference,
    writerId: WriterId,
    retry: RetryPolicy,
    owner: ConnectionOwner,
  ) {
    this.#context = context
    this.#segment = segment
    this.#name = segmentName(segment)
    this.#writerId = writerId
    this.#retry = retry
    this.#owner = owner
    this.#frames = new AppendFrames(writerId)
  }

  /** Length of the segment at the last acknowledgement on this connection. */
  get segmentLength(): bigint | undefined {
    return this.#session?.segmentLength
  }

  send(block: Block): void {
    this.#session?.send(block)
  }

  /** Gives the connection up, also one that is being made. A clean one may serve others. */
  drop(cause: PravegaError, isClean: boolean): void {
    this.#opening?.abort(cause)
    this.#opening = undefined
    if (this.#session === undefined) return
    this.#session.discard(isClean)
    this.#session = undefined
    sessionChannel.publish({ segment: this.#name, who: 'writer', state: 'lost', cause })
  }

  /**
   * Makes a connection; the owner is told `setUp`, `lost` or `fail`.
   *
   * @param attempt - How often that has failed in a row. With more of them the wait before it is longer.
   */
  open(attempt: number, cause: PravegaError | undefined): void {
    const opening = new AbortController()
    this.#opening = opening
    this.#open(attempt, cause, opening.signal).then(
      session => this.#opened(session, opening.signal),
      error => {
        if (!opening.signal.aborted) this.#owner.onEvent(this.#failure(PravegaError.from(error)))
      },
    )
  }

  async #open(attempt: number, cause: PravegaError | undefined, signal: AbortSignal): Promise<AppendSession> {
    if (attempt > 0) await this.#backOff(attempt, cause, signal)
    const what = `setting up the writer of segment ${this.#name}`
    using deadline = new Deadline(what, { signal }, this.#context.config.timeouts.requestMs)
    return await AppendSession.open(
      this.#context,
      this.#segment,
      this.#writerId,
      this.#frames,
      (session, event) => {
        if (session === this.#session) this.#owner.onEvent(event)
      },
      deadline,
    )
  }

  #opened(session: AppendSession, signal: AbortSignal): void {
    if (signal.aborted) {
      session.discard()
      return
    }
    if (session.failure !== undefined) {
      this.#owner.onEvent(session.failure)
      return
    }
    this.#session = session
    this.#everOpen = true
    sessionChannel.publish({ segment: this.#name, who: 'writer', state: 'open', cause: undefined })
    this.#owner.onEvent({ type: 'setUp', lastEventNumber: session.lastEventNumber })
  }

  #failure(cause: PravegaError): PipelineEvent<Block> {
    // Who never spoke the protocol is no segment store that has a bad day.
    const again = isWorthAnotherSession(cause) && (this.#everOpen || cause.code !== 'PROTOCOL_VIOLATION')
    return again ? { type: 'lost', cause } : { type: 'fail', cause }
  }

  async #backOff(attempt: number, cause: PravegaError | undefined, signal: AbortSignal): Promise<void> {
    const delayMs = retryDelayMs(this.#retry, attempt)
    const { pendingBytes } = this.#owner
    const waitsFor = `a connection, to append ${pendingBytes} bytes`
    waitChannel.publish({ segment: this.#name, who: 'writer', waitsFor, attempt, delayMs, cause })
    this.#context.config.logger.warn(`the writer of segment ${this.#name} waits for a connection`, {
      pendingBytes,
      attempt,
      delayMs: Math.round(delayMs),
      cause: cause?.message,
    })
    await pause(delayMs, signal)
  }
}
