import { retryDelayMs } from '@pravega-ts/config'
import type { SegmentWithRange } from '@pravega-ts/controller-client'
import { KeyRangeIndex, keyRangesOverlap, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { SegmentWriter } from '@pravega-ts/segment-client'
import { eventWaitChannel, type RerouteMessage, rerouteChannel } from '../diagnostics.ts'
import type { EventStore } from '../event-store.ts'
import type { RouterSettings } from './appender-options.ts'
import { Budget } from './budget.ts'
import { countEvents } from './event-frame.ts'
import { EventKeysPool } from './event-keys.ts'
import { type EventSink, Lane } from './lane.ts'
import { writeLargeEvent } from './large-event.ts'
import { Parcel } from './parcel.ts'
import { pause } from './pause.ts'
import { coverRangesOf, type Route, replaceTarget } from './routes.ts'
import { askForSuccessors, judgeSuccession } from './succession.ts'

export interface RouterOptions {
  readonly store: EventStore
  readonly settings: RouterSettings
  /** Together they cover the key space. */
  readonly segments: readonly SegmentWithRange[]
  /** Whether a segment that takes no more is replaced by others. */
  readonly hasSuccessors: boolean
  /** Nothing can be written any more. */
  readonly onFailure: (error: PravegaError) => void
}

/**
 * Brings events to the segments of their keys: each once, those of one key in order, whatever becomes of the segments.
 *
 * Each segment that is written to has a {@link Lane}. When a segment takes no more, its lane moves: what it did not take, and what comes
 * for its key ranges meanwhile, waits in it and then goes, in that order, to the lanes of its successors.
 */
export class EventRouter {
  readonly budget: Budget
  readonly #store: EventStore
  readonly #settings: RouterSettings
  readonly #hasSuccessors: boolean
  readonly #onFailure: (error: PravegaError) => void
  readonly #pool = new EventKeysPool()
  readonly #lanes = new Map<string, Lane>()
  /** Lanes in which something waits; the one that had its turn last comes last. */
  readonly #backlog = new Set<Lane>()
  /** Ends what goes on beside appends. */
  readonly #work = new AbortController()
  #index: KeyRangeIndex<Route<Lane>>
  #pumping = false
  #failure: PravegaError | undefined

  constructor(options: RouterOptions) {
    this.#store = options.store
    this.#settings = options.settings
    this.#hasSuccessors = options.hasSuccessors
    this.#onFailure = options.onFailure
    this.budget = new Budget(options.settings)
    this.#index = new KeyRangeIndex(
      options.segments.map(({ segment, range }) => ({ range, target: this.#lane(segment) })),
    )
  }

  /** Why nothing can be written any more. */
  get failure(): PravegaError | undefined {
    return this.#failure
  }

  /** Where a piece of up to `length` bytes with this position goes now. Its `commit` may fail with `QUEUE_FULL`. */
  sink(position: number, length: number): EventSink {
    const lane = this.#index.at(position).target
    if (lane.isFree && this.budget.mayGo) return lane
    return lane.queue(length)
  }

  /**
   * Takes on a piece that is too large for an append. Its memory is not copied.
   *
   * @throws PravegaError `QUEUE_FULL`
   */
  takeLarge(position: number, bytes: Uint8Array): Promise<void> {
    this.budget.checkQueue(bytes.length)
    const parcel = Parcel.of(position, bytes)
    this.budget.queued += bytes.length
    this.#index.at(position).target.push(parcel)
    const { acked } = parcel
    this.#pump()
    return acked
  }

  /** Resolves when all that was taken on so far has an outcome. */
  async settled(): Promise<void> {
    const outcomes: Promise<void>[] = []
    for (const lane of this.#lanes.values()) {
      if (lane.last !== undefined) outcomes.push(lane.last.acked)
      for (const parcel of lane.waiting) outcomes.push(parcel.acked)
    }
    await Promise.allSettled(outcomes)
  }

  /** For error messages: what is waited for. */
  get phrase(): string {
    const { inFlight, queued } = this.budget
    const lanes = [...this.#lanes.values()].filter(lane => lane.state.tag !== 'open')
    const why = lanes.map(lane => `; segment ${lane.segment} is ${lane.state.tag}`).join('')
    return `${inFlight} bytes in flight, ${queued} bytes waiting${why}`
  }

  /** By id of the segment: its length at the last acknowledgement, for those of which one has come. */
  acknowledgedOffsets(): ReadonlyMap<bigint, bigint> {
    const offsets = new Map<bigint, bigint>()
    for (const { segment, acknowledgedOffset } of this.#lanes.values()) {
      if (acknowledgedOffset !== undefined) offsets.set(segment.segmentId, acknowledgedOffset)
    }
    return offsets
  }

  /** Nothing more is taken on. What waits fails; what is in flight still may get its acknowledgement. */
  fail(error: PravegaError): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#work.abort(error)
    this.#onFailure(error)
    this.budget.refuse(error)
    for (const lane of this.#lanes.values()) {
      lane.failWaiting(error)
      lane.enter({ tag: 'over' })
    }
  }

  /** Gives all connections back. What has no outcome yet fails. Never rejects. */
  async close(error: PravegaError): Promise<void> {
    this.fail(error)
    const writers = [...this.#lanes.values()].map(lane => lane.writer).filter(writer => writer.cause === undefined)
    await Promise.allSettled(writers.map(writer => writer.close({ force: writer.pendingBytes > 0 })))
  }

  #lane(segment: ScopedSegment): Lane {
    const name = segment.toString()
    const known = this.#lanes.get(name)
    if (known !== undefined) return known
    const lane = new Lane(segment, this.budget, this.#pool, this.#backlog, made => this.#openWriter(made))
    this.#lanes.set(name, lane)
    return lane
  }

  #openWriter(lane: Lane): SegmentWriter {
    const { maxBlockBytes, retry } = this.#settings
    return this.#store.openWriter(lane.segment, {
      maxBlockBytes,
      maxInFlightBytes: Number.MAX_SAFE_INTEGER,
      retry,
      onEnd: cause => this.#onEnd(lane, cause),
      onSettled: (block, error) => {
        lane.settled(block, error)
        if (error !== undefined) this.fail(error)
        else if (lane.state.tag === 'draining' && lane.writer.pendingBytes === 0) this.#writeLarge(lane)
        this.#pump()
      },
    })
  }

  #onEnd(lane: Lane, cause: PravegaError): void {
    lane.takeBack()
    if (this.#failure !== undefined) lane.failWaiting(this.#failure)
    else if (this.#hasSuccessors && PravegaError.is(cause, 'SEGMENT_SEALED', 'NO_SUCH_SEGMENT')) this.#move(lane, cause)
    else this.fail(cause)
  }

  /** Appends what waits as far as there is room, the lanes in turn. */
  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    try {
      for (const lane of this.#backlog.size > 0 ? [...this.#backlog] : []) {
        const result = lane.drain()
        if (result === 'large') this.#beginLarge(lane)
        if (result !== 'full') continue
        this.#backlog.delete(lane)
        this.#backlog.add(lane)
        break
      }
    } catch (error) {
      this.fail(PravegaError.from(error))
    } finally {
      this.#pumping = false
    }
    this.budget.tell()
  }

  #beginLarge(lane: Lane): void {
    lane.enter({ tag: 'draining' })
    if (lane.writer.pendingBytes === 0) this.#writeLarge(lane)
  }

  #writeLarge(lane: Lane): void {
    const event = lane.waiting[0]?.head
    if (event === undefined) return
    lane.enter({ tag: 'large' })
    this.#background(async signal => {
      for (let attempt = 1; ; attempt++) {
        const outcome = await writeLargeEvent(this.#store, lane.segment, event, signal, (again, cause) =>
          this.#pause(lane, 'a large event to be merged', again, cause),
        )
        signal.throwIfAborted()
        switch (outcome.tag) {
          case 'merged':
            lane.mergedLength = outcome.length ?? lane.mergedLength
            lane.finishLarge()
            lane.enter({ tag: 'open' })
            this.#pump()
            return
          case 'moved':
            lane.writer.close({ force: true }).catch(() => {})
            if (!this.#hasSuccessors) throw outcome.cause
            this.#move(lane, outcome.cause)
            return
          case 'again':
            if (attempt >= this.#settings.retry.attempts) throw givenUp(lane.segment, attempt, outcome.cause)
            await this.#pause(lane, 'a large event to be written', attempt, outcome.cause)
        }
      }
    })
  }

  #move(lane: Lane, cause: PravegaError): void {
    lane.enter({ tag: 'moving' })
    this.#publish(lane, 'moving', [], cause)
    this.#background(async signal => {
      const { callTimeoutMs, config } = this.#settings
      const giveUpAt = performance.now() + callTimeoutMs
      for (let attempt = 1; ; attempt++) {
        const call = { signal, timeoutMs: config.timeouts.controllerMs }
        const succession = judgeSuccession(
          lane.segment,
          cause,
          await askForSuccessors(this.#store.controller, lane.segment, call),
        )
        signal.throwIfAborted()
        if (succession.tag === 'ended') {
          this.#publish(lane, 'ended', [], succession.error)
          throw succession.error
        }
        if (succession.tag === 'replaced' && this.#replace(lane, succession.segments, cause)) return
        const why = succession.tag === 'again' ? succession.cause : incomplete(lane.segment, cause)
        const isUnheardOf = PravegaError.is(why, 'SEGMENT_SEALED', 'NO_SUCH_SEGMENT') && performance.now() > giveUpAt
        if (isUnheardOf || attempt >= this.#settings.retry.attempts) throw why
        await this.#pause(lane, 'its successors', attempt, why)
      }
    })
  }

  /** Returns false if the successors do not cover the ranges of the lane. */
  #replace(lane: Lane, segments: readonly SegmentWithRange[], cause: PravegaError): boolean {
    const routes = this.#index.items
    if (!coverRangesOf(routes, lane, segments)) return false
    const own = routes.filter(route => route.target === lane)
    const successors = segments
      .filter(({ range }) => own.some(route => keyRangesOverlap(route.range, range)))
      .map(({ segment, range }) => ({ range, target: this.#lane(segment) }))
    this.#index = new KeyRangeIndex(replaceTarget(routes, lane, successors) ?? routes)
    this.#lanes.delete(lane.segment.toString())
    const names = successors.map(({ target }) => target.segment.toString())
    this.#publish(lane, 'replaced', names, cause)
    lane.enter({ tag: 'over' })
    for (const parcel of lane.takeWaiting()) this.#forward(parcel)
    this.#pump()
    return true
  }

  /** Gives what waits in a parcel to the lanes of its keys. */
  #forward(parcel: Parcel): void {
    let only: Lane | undefined
    let isOne = true
    for (const position of parcel.positions()) {
      const lane = this.#index.at(position).target
      only ??= lane
      if (lane === only) continue
      isOne = false
      break
    }
    if (isOne) {
      only?.push(parcel)
      return
    }
    while (!parcel.isGivenOut) {
      const { head, position, length } = parcel
      const sink = this.#index.at(position).target.queue(length)
      const at = sink.reserve(length)
      sink.buffer.set(head, at)
      this.budget.queued -= length
      sink.commit(position, length, countEvents(head), parcel)
      parcel.skip()
    }
  }

  async #pause(lane: Lane, what: string, attempt: number, cause: PravegaError): Promise<void> {
    const segment = lane.segment.toString()
    const delayMs = retryDelayMs(this.#settings.retry, attempt)
    eventWaitChannel.publish({ segment, waitsFor: what, attempt, delayMs, cause })
    this.#settings.config.logger.warn(`events for segment ${segment} wait for ${what}`, {
      attempt,
      delayMs: Math.round(delayMs),
      cause: cause.message,
    })
    await pause(delayMs, this.#work.signal)
  }

  #publish(lane: Lane, state: RerouteMessage['state'], successors: readonly string[], cause: PravegaError): void {
    const segment = lane.segment.toString()
    const bytes = lane.waiting.reduce((sum, parcel) => sum + parcel.waitingBytes, 0)
    rerouteChannel.publish({ segment, state, successors, bytes, cause })
    this.#settings.config.logger.info(`segment ${segment} takes no more events: ${state}`, {
      successors,
      bytes,
      cause: cause.message,
    })
  }

  /** Something that nobody waits for; its failure is that of the router. */
  #background(work: (signal: AbortSignal) => Promise<void>): void {
    work(this.#work.signal).catch((error: unknown) => this.fail(PravegaError.from(error)))
  }
}

function incomplete(segment: ScopedSegment, cause: PravegaError): PravegaError {
  return new PravegaError(
    cause.code,
    `The successors of segment ${segment} do not cover its key range yet: ${cause.message}`,
    {
      cause,
      details: { segment: String(segment) },
    },
  )
}

function givenUp(segment: ScopedSegment, attempts: number, cause: PravegaError): PravegaError {
  const what = `Gave up after ${attempts} attempts to write a large event to segment ${segment}`
  return new PravegaError('RETRIES_EXHAUSTED', `${what}; the last one: ${cause.message}`, {
    cause,
    details: { attempts },
  })
}
