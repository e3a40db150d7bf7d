import { type RetryPolicy, retryDelayMs } from '@pravega-ts/config'
import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import type { SegmentRead } from '@pravega-ts/wire-protocol'
import { sessionChannel, waitChannel } from '../diagnostics.ts'
import { toOffset } from '../offset.ts'
import { pause } from '../retry.ts'
import type { SegmentInfo } from '../segment-info.ts'
import { type SegmentReference, segmentName } from '../segment-name.ts'
import type { ReadOptions, SegmentReader, SegmentReaderOptions } from '../segment-reader.ts'
import type { StoreContext } from '../store-context.ts'
import { ReadAhead } from './read-ahead.ts'
import { ReadBudget } from './read-budget.ts'
import type { ReadResult } from './read-result.ts'
import { ReadSession, type ReadSessionOwner } from './read-session.ts'

const MAX_REQUEST_LENGTH = 2 * 1024 * 1024
const MAX_READS = 4
/** Reads that were given up by seeking are forgotten by the server only with their connection; so many are tolerated. */
const MAX_FORGOTTEN_READS = 16
const PAUSE_AFTER_EMPTY_MS = 100
/** A session that lasted so long was a good one, even if there was nothing to read. */
const LASTING_MS = 10_000

/**
 * - `resting`: nothing was read yet, or nothing more can be
 * - `connecting`: a session is being opened
 * - `asking`: a session is open, and it is being asked where the segment begins and ends
 * - `reading`: reads are sent
 * - `closed`
 */
type State =
  | { readonly tag: 'resting'; readonly failure: PravegaError | undefined }
  | { readonly tag: 'connecting'; readonly abort: AbortController }
  | { readonly tag: 'asking'; readonly session: ReadSession }
  | { readonly tag: 'reading'; readonly session: ReadSession }
  | { readonly tag: 'closed' }

/** Carries out what a {@link ReadAhead} decides: connections, waiting callers. */
export class LongPollReader implements SegmentReader {
  readonly segment: SegmentReference
  readonly #name: string
  readonly #context: StoreContext
  readonly #retry: RetryPolicy
  readonly #dedicated: boolean
  readonly #onReadable: (() => void) | undefined
  readonly #onClosed: () => void
  readonly #budget: ReadBudget
  readonly #ahead: ReadAhead
  #state: State = { tag: 'resting', failure: undefined }
  readonly #waiters = new Set<() => void>()
  #openedAt = 0
  #losses = 0
  #forgetRoom: (() => void) | undefined
  #pauseTimer: NodeJS.Timeout | undefined

  constructor(context: StoreContext, segment: SegmentReference, options: SegmentReaderOptions, onClosed: () => void) {
    const { requestLength = 1024 * 1024, budget = 4 * 1024 * 1024 } = options
    if (!Number.isInteger(requestLength) || requestLength < 8 || requestLength > MAX_REQUEST_LENGTH) {
      const rule = `give a whole number from 8 to ${MAX_REQUEST_LENGTH}`
      throw new PravegaError('INVALID_ARGUMENT', `requestLength ${requestLength} is refused: ${rule}`)
    }
    this.segment = segment
    this.#name = segmentName(segment)
    this.#context = context
    this.#retry = { ...context.config.retry, attempts: Number.POSITIVE_INFINITY, ...options.retry }
    this.#dedicated = options.dedicatedConnection === true
    this.#onReadable = options.onReadable
    this.#onClosed = onClosed
    this.#budget = typeof budget === 'number' ? new ReadBudget(budget) : budget
    const offset = toOffset('offset', options.offset ?? 0n)
    this.#ahead = new ReadAhead(offset, { requestLength, maxReads: MAX_READS, budget: this.#budget })
  }

  get offset(): bigint {
    return this.#ahead.position
  }

  get available(): number {
    return this.#ahead.available
  }

  async read(options: ReadOptions = {}): Promise<ReadResult> {
    const maxBytes = checkMaxBytes(options.maxBytes)
    return await this.#wait(() => this.#ahead.take(maxBytes), options)
  }

  async readInto(target: Uint8Array, options?: CallOptions): Promise<ReadResult> {
    checkMaxBytes(target.length)
    return await this.#wait(() => this.#ahead.copy(target), options)
  }

  tryRead(options: Pick<ReadOptions, 'maxBytes'> = {}): ReadResult | undefined {
    const maxBytes = checkMaxBytes(options.maxBytes)
    return this.#try(() => this.#ahead.take(maxBytes))
  }

  async #wait(take: () => ReadResult | undefined, options: CallOptions | undefined): Promise<ReadResult> {
    const now = this.#try(take)
    if (now !== undefined) return now
    using deadline = new Deadline(() => this.#waitsFor(), options, Number.POSITIVE_INFINITY)
    for (;;) {
      let tell = (): void => {}
      const told = new Promise<void>(resolve => {
        tell = resolve
      })
      this.#waiters.add(tell)
      await deadline.race(told).finally(() => this.#waiters.delete(tell))
      const result = this.#try(take)
      if (result !== undefined) return result
    }
  }

  #try(take: () => ReadResult | undefined): ReadResult | undefined {
    if (this.#state.tag === 'closed') throw this.#closedError()
    if (this.#state.tag === 'resting') {
      if (this.#state.failure !== undefined) throw this.#state.failure
      if (!this.#ahead.readable) this.#connect(undefined)
    }
    const result = take()
    if (result?.kind === 'data') this.#proceed()
    if (result?.kind === 'endOfSegment' && this.offset > result.offset) throw this.#beyondEnd(result.offset)
    return result
  }

  seek(offset: bigint): void {
    if (this.#state.tag === 'closed') throw this.#closedError()
    this.#ahead.seek(toOffset('offset', offset))
    if (this.#state.tag === 'resting') this.#state = { tag: 'resting', failure: undefined }
    if (this.#state.tag === 'reading') {
      // The next requests depend on where the segment begins and ends now.
      if (this.#state.session.waiting > MAX_FORGOTTEN_READS) this.#rest(undefined)
      else this.#ask(this.#state.session)
    }
    if (this.#state.tag === 'resting' && this.#waiters.size > 0) this.#connect(undefined)
  }

  close(): Promise<void> {
    if (this.#state.tag === 'closed') return Promise.resolve()
    this.#leaveState()
    this.#state = { tag: 'closed' }
    this.#forgetRoom?.()
    this.#ahead.seek(this.#ahead.position)
    this.#tellWaiters()
    this.#onClosed()
    sessionChannel.publish({ segment: this.#name, who: 'reader', state: 'ended', cause: undefined })
    return Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Ends what the present state holds open. */
  #leaveState(): void {
    clearTimeout(this.#pauseTimer)
    this.#pauseTimer = undefined
    if (this.#state.tag === 'connecting') this.#state.abort.abort(this.#closedError())
    if (this.#state.tag === 'asking' || this.#state.tag === 'reading') this.#state.session.discard()
  }

  #rest(failure: PravegaError | undefined): void {
    this.#leaveState()
    this.#ahead.lost()
    this.#state = { tag: 'resting', failure }
    if (failure !== undefined) this.#tell()
  }

  #connect(cause: PravegaError | undefined): void {
    const abort = new AbortController()
    this.#state = { tag: 'connecting', abort }
    this.#open(cause, abort.signal).then(
      session => {
        if (abort.signal.aborted) {
          session.discard()
          return
        }
        if (session.failure !== undefined) {
          this.#lost(session.failure)
          return
        }
        sessionChannel.publish({ segment: this.#name, who: 'reader', state: 'open', cause: undefined })
        this.#openedAt = performance.now()
        this.#ask(session)
      },
      error => {
        if (!abort.signal.aborted) this.#lost(PravegaError.from(error))
      },
    )
  }

  async #open(cause: PravegaError | undefined, signal: AbortSignal): Promise<ReadSession> {
    if (this.#losses > 0) await this.#backOff(cause, signal)
    const what = `connecting to read segment ${this.#name}`
    using deadline = new Deadline(what, { signal }, this.#context.config.timeouts.requestMs)
    return await ReadSession.open(this.#context, this.segment, this.#dedicated, this.#sessionOwner(signal), deadline)
  }

  #sessionOwner(signal: AbortSignal): ReadSessionOwner {
    const ifCurrent =
      <A extends unknown[]>(then: (...args: A) => void) =>
      (...args: A): void => {
        if (!signal.aborted && (this.#state.tag === 'asking' || this.#state.tag === 'reading')) then(...args)
      }
    return {
      onData: ifCurrent((id: number, reply: SegmentRead) => this.#arrived(id, reply)),
      onSealed: ifCurrent((id: number) => this.#changed(() => this.#ahead.sealed(id))),
      onTruncated: ifCurrent((id: number, startOffset: bigint) =>
        this.#changed(() => this.#ahead.truncated(id, startOffset)),
      ),
      onInfo: ifCurrent((info: SegmentInfo) => this.#informed(info)),
      onLost: ifCurrent((cause: PravegaError) => this.#lost(cause)),
    }
  }

  #ask(session: ReadSession): void {
    this.#state = { tag: 'asking', session }
    session.askInfo()
  }

  #informed(info: SegmentInfo): void {
    if (this.#state.tag === 'asking') this.#state = { tag: 'reading', session: this.#state.session }
    this.#changed(() => this.#ahead.informed(info))
  }

  #arrived(id: number, { data, atTail, endOfSegment }: SegmentRead): void {
    if (data.length > 0) this.#losses = 0
    this.#changed(() => this.#ahead.arrived(id, data, { atTail, endOfSegment }))
  }

  #changed(change: () => void): void {
    change()
    this.#proceed()
    if (this.#ahead.readable) this.#tell()
  }

  #proceed(): void {
    if (this.#state.tag !== 'reading' || this.#pauseTimer !== undefined) return
    const { session } = this.#state
    if (this.#ahead.emptyReads > 1) {
      this.#pauseTimer = setTimeout(() => {
        this.#pauseTimer = undefined
        this.#send(session)
      }, PAUSE_AFTER_EMPTY_MS)
      return
    }
    this.#send(session)
  }

  #send(session: ReadSession): void {
    if (this.#state.tag !== 'reading') return
    for (const read of this.#ahead.plan()) session.ask(read)
    if (this.#ahead.wantsTail) session.askInfo()
    this.#forgetRoom?.()
    this.#forgetRoom = this.#budget.exhausted ? this.#budget.whenRoom(() => this.#proceed()) : undefined
  }

  #lost(cause: PravegaError): void {
    sessionChannel.publish({ segment: this.#name, who: 'reader', state: 'lost', cause })
    const lasted = this.#state.tag === 'connecting' ? 0 : performance.now() - this.#openedAt
    this.#leaveState()
    this.#ahead.lost()
    this.#losses = lasted > LASTING_MS ? 1 : this.#losses + 1
    const isMissed = this.#waiters.size > 0 || (this.#onReadable !== undefined && !this.#ahead.complete)
    const repeatable = cause.retriable || PravegaError.is(cause, 'PROTOCOL_VIOLATION', 'DEADLINE_EXCEEDED')
    if (!repeatable || !isMissed) {
      this.#rest(repeatable ? undefined : cause)
      return
    }
    if (this.#losses < this.#retry.attempts) {
      this.#connect(cause)
      return
    }
    const why = `Gave up after ${this.#losses} attempts to read segment ${this.#name}; the last one: ${cause.message}`
    this.#rest(new PravegaError('RETRIES_EXHAUSTED', why, { cause }))
  }

  async #backOff(cause: PravegaError | undefined, signal: AbortSignal): Promise<void> {
    const attempt = this.#losses
    const delayMs = retryDelayMs(this.#retry, attempt)
    waitChannel.publish({ segment: this.#name, who: 'reader', waitsFor: 'a connection', attempt, delayMs, cause })
    this.#context.config.logger.warn(`the reader of segment ${this.#name} waits for a connection`, {
      offset: this.offset,
      attempt,
      delayMs: Math.round(delayMs),
      cause: cause?.message,
    })
    await pause(delayMs, signal)
  }

  #tell(): void {
    this.#tellWaiters()
    this.#onReadable?.()
  }

  #tellWaiters(): void {
    for (const tell of this.#waiters) tell()
  }

  #waitsFor(): string {
    const { tag } = this.#state
    const what = tag === 'reading' ? 'data' : tag === 'asking' ? 'the segment store' : 'a connection'
    return `The reader of segment ${this.#name}, waiting for ${what} at offset ${this.offset},`
  }

  #closedError(): PravegaError {
    return new PravegaError('CLOSED', `The reader of segment ${this.#name} is closed. Open a new one`)
  }

  #beyondEnd(end: bigint): PravegaError {
    return new PravegaError(
      'OFFSET_OUT_OF_RANGE',
      `Segment ${this.#name} is sealed and ends at ${end}; there is nothing at ${this.offset}. Seek to an offset up to its end`,
      { details: { segment: this.#name, offset: this.offset, end } },
    )
  }
}

function checkMaxBytes(maxBytes: number | undefined): number {
  if (maxBytes === undefined) return Number.POSITIVE_INFINITY
  if (Number.isInteger(maxBytes) && maxBytes >= 1) return maxBytes
  throw new PravegaError('INVALID_ARGUMENT', `maxBytes ${maxBytes} is refused: give a whole number from 1 on`)
}
