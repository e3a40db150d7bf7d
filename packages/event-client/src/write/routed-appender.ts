import {
  abortedError,
  type CallOptions,
  type CloseOptions,
  Deadline,
  PravegaError,
  routingKeyPosition,
} from '@pravega-ts/model'
import type { EventAppender, KeyedEvent, WriteEventOptions } from '../event-appender.ts'
import { EVENT_HEADER_LENGTH } from '../event-header.ts'
import type { AppenderSettings } from './appender-options.ts'
import { EventEncoder, tooLarge } from './event-encoder.ts'
import { LARGEST_PLAIN_EVENT, writeEventHeader } from './event-frame.ts'
import { EventRouter, type RouterOptions } from './event-router.ts'
import type { EventSink } from './lane.ts'
import { type EventTaker, writeAll } from './write-all.ts'

const AT_ONCE = Promise.resolve()
/** How long the end of a block waits for acknowledgements when the last call has failed. */
const AFTER_FAILURE_MS = 1_000

const NOWHERE: EventSink = {
  buffer: new Uint8Array(0),
  reserve: () => -1,
  commit: () => {
    throw new RangeError('reserve() comes first')
  },
}

/** An {@link EventAppender} over an {@link EventRouter}. */
export class RoutedAppender<T> implements EventAppender<T>, EventTaker<T> {
  readonly #what: string
  readonly #settings: AppenderSettings<T>
  readonly #encoder: EventEncoder<T>
  readonly #router: EventRouter
  readonly #isClosed: (() => void) | undefined
  /** Where the event that is being taken on goes. */
  #sink: EventSink = NOWHERE
  #closing: Promise<void> | undefined
  /** The first failure that neither flush nor close has told. */
  #untold: PravegaError | undefined
  /** Whether why the router has failed was told. */
  #told = false
  /** Whether the last call that waited has failed. */
  #hasFailed = false

  /** @param what - Whose events these are, as in "the event writer of stream a/b". */
  constructor(
    what: string,
    settings: AppenderSettings<T>,
    options: Pick<RouterOptions, 'store' | 'segments' | 'hasSuccessors'>,
  ) {
    this.#what = what
    this.#settings = settings
    this.#encoder = new EventEncoder(settings.serializer, settings.largeEvents)
    const onFailure = (error: PravegaError): void => this.#note(error)
    this.#router = new EventRouter({ ...options, settings, onFailure })
    this.#isClosed = options.store.beforeClose?.(closing => this.close(closing))
  }

  get pendingBytes(): number {
    return this.#router.budget.pending
  }

  get hasRoom(): boolean {
    return this.#router.budget.hasRoom && this.#router.failure === undefined
  }

  writeEvent(event: T, options?: WriteEventOptions): Promise<void> {
    try {
      if (options?.signal !== undefined) return this.#writeWithSignal(event, options.routingKey, options.signal)
      return this.take(event, options?.routingKey)
    } catch (error) {
      return this.#refuse(error)
    }
  }

  writeEvents(events: Iterable<T>, options: WriteEventOptions & { readonly routingKey: string }): Promise<void> {
    try {
      const taken = this.#takeTogether(events, options)
      return options.signal === undefined ? taken : this.#until(taken, options.signal)
    } catch (error) {
      return this.#refuse(error)
    }
  }

  async writeAll(
    events: AsyncIterable<KeyedEvent<T>> | Iterable<KeyedEvent<T>>,
    call: CallOptions = {},
  ): Promise<number> {
    return await this.#noting(writeAll(this, events, this.#what, call))
  }

  ready(call?: CallOptions): Promise<void> {
    const refusal = this.#refusal()
    if (refusal !== undefined) return Promise.reject(refusal)
    return this.#noting(this.#router.budget.ready(() => this.deadline('room', call)))
  }

  async flush(call?: CallOptions): Promise<void> {
    if (this.#closing !== undefined) throw this.#closed()
    await this.#noting(this.#flush(call))
  }

  close(options: CloseOptions = {}): Promise<void> {
    const ended = options.force === true ? this.#end() : undefined
    this.#closing ??= (ended ?? this.#close()).finally(() => this.#isClosed?.())
    return this.#closing
  }

  /** A second failure would hide the one that may be the reason why the block is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasFailed || this.#closing !== undefined) return await this.close()
    await this.#flush({ timeoutMs: AFTER_FAILURE_MS }).catch(() => {})
    const { pendingBytes } = this
    if (pendingBytes > 0) {
      const { logger } = this.#settings.config
      logger.warn(`${this.#what} is closed without all acknowledgements, as its last call has failed`, { pendingBytes })
    }
    await this.close({ force: pendingBytes > 0 }).catch(() => {})
  }

  /**
   * Takes an event on. The promise resolves when it is durable.
   *
   * @throws PravegaError why the event is refused
   */
  take(event: T, routingKey: string | undefined): Promise<void> {
    this.check()
    const position = positionOf(routingKey)
    const encoder = this.#encoder
    const room = encoder.room(event)
    if (room === 0) return this.#copy(encoder.serialize(event), position)
    const at = this.#reserve(position, room)
    const sink = this.#sink
    const length = encoder.encode(event, sink.buffer, at, room)
    return sink.commit(position, length, 1).acked
  }

  /**
   * Waits until all that was taken on so far has an outcome.
   *
   * @throws PravegaError why nothing can be written any more
   */
  async finish(call: CallOptions): Promise<void> {
    using deadline = this.deadline('acknowledgements', call)
    await deadline.race(this.#router.settled())
    if (this.#router.failure !== undefined) throw this.#router.failure
  }

  /** @throws PravegaError `CLOSED`, or why nothing can be written any more */
  protected check(): void {
    const refusal = this.#refusal()
    if (refusal !== undefined) throw refusal
  }

  /** Limits one wait of a call. */
  protected deadline(waitsFor: string, call: CallOptions | undefined): Deadline {
    const what = (): string => `${capital(this.#what)} (${this.#router.phrase}), waiting for ${waitsFor},`
    return new Deadline(what, call, this.#settings.callTimeoutMs)
  }

  protected get acknowledgedOffsets(): ReadonlyMap<bigint, bigint> {
    return this.#router.acknowledgedOffsets()
  }

  /** What else is to be done when the writer is closed; may be called more than once. */
  protected async leave(_call: CallOptions): Promise<void> {}

  #writeWithSignal(event: T, routingKey: string | undefined, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      const refused = Promise.reject(abortedError('Writing an event', signal.reason))
      refused.catch(() => {})
      return refused
    }
    return this.#until(this.take(event, routingKey), signal)
  }

  /** Gives up waiting when the signal is aborted. */
  #until(taken: Promise<void>, signal: AbortSignal): Promise<void> {
    const waiting = new Promise<void>((resolve, reject) => {
      const onAbort = (): void => reject(abortedError('Waiting for the acknowledgement of an event', signal.reason))
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      taken.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
    waiting.catch(() => {})
    return waiting
  }

  /** Where in the memory of {@link #sink} `length` bytes can be put. */
  #reserve(position: number, length: number): number {
    this.#sink = this.#router.sink(position, length)
    const at = this.#sink.reserve(length)
    if (at >= 0) return at
    // The segment has ended while it was asked for room.
    this.check()
    this.#sink = this.#router.sink(position, length)
    return this.#sink.reserve(length)
  }

  #copy(payload: Uint8Array, position: number): Promise<void> {
    const length = EVENT_HEADER_LENGTH + payload.length
    if (length > LARGEST_PLAIN_EVENT) {
      const bytes = Buffer.allocUnsafeSlow(length)
      writeEventHeader(bytes, 0, payload.length)
      bytes.set(payload, EVENT_HEADER_LENGTH)
      return this.#router.takeLarge(position, bytes)
    }
    const at = this.#reserve(position, length)
    const sink = this.#sink
    const { buffer } = sink
    writeEventHeader(buffer, at, payload.length)
    buffer.set(payload, at + EVENT_HEADER_LENGTH)
    return sink.commit(position, length, 1).acked
  }

  #takeTogether(events: Iterable<T>, options: WriteEventOptions & { readonly routingKey: string }): Promise<void> {
    this.check()
    if (options.signal?.aborted) throw abortedError('Writing events', options.signal.reason)
    const payloads: Uint8Array[] = []
    let length = 0
    for (const event of events) {
      // A serializer may use its memory again for the next event.
      const payload = Buffer.from(this.#encoder.serialize(event))
      length += EVENT_HEADER_LENGTH + payload.length
      if (length > LARGEST_PLAIN_EVENT) throw tooLarge(length - EVENT_HEADER_LENGTH, LARGEST_PLAIN_EVENT)
      payloads.push(payload)
    }
    if (payloads.length === 0) return AT_ONCE
    const position = positionOf(options.routingKey)
    let at = this.#reserve(position, length)
    const sink = this.#sink
    for (const payload of payloads) {
      writeEventHeader(sink.buffer, at, payload.length)
      sink.buffer.set(payload, at + EVENT_HEADER_LENGTH)
      at += EVENT_HEADER_LENGTH + payload.length
    }
    return sink.commit(position, length, payloads.length).acked
  }

  async #noting<R>(call: Promise<R>): Promise<R> {
    try {
      const result = await call
      this.#hasFailed = false
      return result
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
  }

  async #flush(call: CallOptions | undefined): Promise<void> {
    using deadline = this.deadline('acknowledgements', call)
    await deadline.race(this.#router.settled())
    const failure = this.#untold ?? this.#router.failure
    this.#untold = undefined
    if (failure === undefined) return
    if (failure === this.#router.failure) this.#told = true
    throw failure
  }

  async #close(): Promise<void> {
    const { closeMs } = this.#settings.config.timeouts
    using deadline = this.deadline('acknowledgements before it closes', { timeoutMs: closeMs })
    const failures: unknown[] = []
    await deadline.race(this.#router.settled()).catch(error => failures.push(error))
    const failure = this.#untold ?? (this.#told ? undefined : this.#router.failure)
    if (failure !== undefined && !PravegaError.is(failure, 'CLOSED')) failures.push(failure)
    await this.#router.close(this.#closed())
    await this.leave({ timeoutMs: deadline.remainingMs }).catch(error => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }

  async #end(): Promise<void> {
    // Nobody waits for it.
    this.leave({ timeoutMs: this.#settings.config.timeouts.closeMs }).catch(() => {})
    await this.#router.close(this.#closed())
  }

  #closed(): PravegaError {
    return new PravegaError('CLOSED', `${capital(this.#what)} is closed. Open a new one`)
  }

  #refusal(): PravegaError | undefined {
    if (this.#router.failure !== undefined) return this.#router.failure
    return this.#closing === undefined ? undefined : this.#closed()
  }

  #refuse(error: unknown): Promise<never> {
    const refusal = PravegaError.from(error)
    this.#note(refusal)
    const refused = Promise.reject(refusal)
    refused.catch(() => {})
    return refused
  }

  #note(error: PravegaError): void {
    if (!PravegaError.is(error, 'CLOSED', 'ABORTED')) this.#untold ??= error
  }
}

function positionOf(routingKey: string | undefined): number {
  if (routingKey === undefined) return Math.random()
  if (typeof routingKey === 'string') return routingKeyPosition(routingKey)
  throw new PravegaError('INVALID_ARGUMENT', `routingKey ${routingKey} is refused: it is no string. Give String(key)`)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
