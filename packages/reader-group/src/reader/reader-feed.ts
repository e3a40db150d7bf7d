import { openSegmentEvents, type SegmentSlice, type Serializer } from '@pravega-ts/event-client'
import { type CallOptions, type CloseOptions, Deadline, PravegaError } from '@pravega-ts/model'
import { ReadBudget } from '@pravega-ts/segment-client'
import { isSilent } from '../state/checkpoint-queries.ts'
import { isEndOfData } from '../state/positions.ts'
import type { Offsets, ReaderGroupState } from '../state/reader-group-state.ts'
import { Attendant } from './attendant.ts'
import { CompletionDesk } from './completion-desk.ts'
import type { EventReaderOptions, EventReaderParts } from './event-reader-options.ts'
import type { Fed, FedSlice, Feed } from './feed.ts'
import { closedReader, wentOffline } from './membership.ts'
import type { OwnedSegment, SliceHolder } from './owned-segment.ts'
import type { ReaderClock } from './reader-clock.ts'
import type { ReaderNotices } from './reader-notices.ts'
import { mayBecome, type ReaderState } from './reader-state.ts'
import { SegmentOwner, type Taken } from './segment-owner.ts'

const DEFAULT_READ_AHEAD = 8 * 1024 * 1024
/** Of one look at the group's state. */
export const DEFAULT_STATE_MS = 120_000
const DEFAULT_BALANCE_UNIT_MS = 1_000
const DEFAULT_CLOSE_MS = 30_000
/** Nobody waits for it; all the same it should not go on for long. */
const FORCED_CLOSE_MS = 5_000

/** What may keep a reader from going on, for a while. */
type TroubleSource = 'state' | 'controller'

/** The parts of a reader, complete. */
export interface FeedParts extends EventReaderParts {
  readonly readerId: string
  /** `scope/group` */
  readonly groupText: string
  readonly clock: ReaderClock
  readonly notices: ReaderNotices
}

/** What is common to all ways of reading: the reader's state, its segments, its part in the group, and who waits. */
export class ReaderFeed<T> implements Feed<T> {
  readonly #parts: FeedParts
  readonly #options: EventReaderOptions<T>
  readonly #owner: SegmentOwner<T>
  readonly #completions: CompletionDesk<T>
  readonly #attendant: Attendant<T>
  readonly #waiters = new Set<() => void>()
  readonly #troubles = new Map<TroubleSource, PravegaError>()
  readonly #life = new AbortController()
  #state: ReaderState = { tag: 'joining' }
  #isEndOfData = false
  /** A checkpoint that is to be given to the application. */
  #checkpoint: string | undefined
  /** Checkpoints that the application was given, and has not answered. */
  readonly #delivered = new Set<string>()
  #rejoining: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined
  /** Positions with which it could not leave yet. */
  #lastPositions: Offsets | undefined
  #closing: Promise<void> | undefined
  #isForced = false
  #standsAlone: (() => void) | undefined

  constructor(parts: FeedParts, options: EventReaderOptions<T>, serializer: Serializer<T>) {
    const { store, clock, readerId, groupText } = parts
    const { readAheadBytes = DEFAULT_READ_AHEAD, requestLength, retry, maxEventBytes } = options
    const { stateTimeoutMs = DEFAULT_STATE_MS, balanceUnitMs = DEFAULT_BALANCE_UNIT_MS } = options
    const budget = new ReadBudget(readAheadBytes)
    this.#parts = parts
    this.#options = options
    this.#owner = new SegmentOwner<T>({
      open: (segment, offset, endOffset, onReadable) =>
        openSegmentEvents(store, segment, {
          offset,
          endOffset,
          serializer,
          budget,
          requestLength,
          maxEventBytes,
          retry,
          onReadable,
        }),
      onReadable: () => this.#wake(),
      onEnded: owned => this.#completions.ended(owned, parts.state.state?.end.get(owned.name)),
      onMissing: owned => this.#completions.missing(owned),
      onReleasable: () => this.#attendant.demand(),
    })
    this.#completions = new CompletionDesk<T>({
      store,
      group: groupText,
      clock,
      timeoutMs: stateTimeoutMs,
      onKnown: () => this.#attendant.demand(),
      onTrouble: cause => this.#trouble('controller', cause),
      onStale: (owned, cause) => this.#owner.fail(owned, cause),
    })
    this.#attendant = new Attendant<T>({
      ...parts,
      reader: readerId,
      owner: this.#owner,
      completions: this.#completions,
      delivers: options.checkpoints === 'deliver',
      balanceUnitMs,
      stateTimeoutMs,
      initialAllocationDelayMs: options.initialAllocationDelayMs ?? 0,
      onLooked: state => this.#looked(state),
      onRemoved: cause => this.#removed(cause),
      onTrouble: cause => this.#trouble('state', cause),
    })
  }

  /** Closes when the store does, while it can still leave its group with what is acknowledged. */
  closeWithStore(): void {
    this.#standsAlone = this.#parts.store.beforeClose?.(options => this.close(options))
  }

  get segments(): readonly string[] {
    return [...this.#owner.names()]
  }

  positions(): Offsets {
    return this.#owner.positions()
  }

  /** Why the reader does not read any more; undefined: it does, or will again. */
  get failure(): PravegaError | undefined {
    switch (this.#state.tag) {
      case 'closed':
        return closedReader(this.#parts.readerId, this.#parts.groupText)
      case 'offline':
        return this.#state.cause
      default:
        return undefined
    }
  }

  async join(call: CallOptions | undefined): Promise<void> {
    const what = `Joining reader group ${this.#parts.groupText} as ${this.#parts.readerId}`
    using deadline = new Deadline(what, call, this.#stateTimeoutMs)
    await this.#attendant.join(deadline)
    this.#become({ tag: 'reading' })
  }

  async next(call: CallOptions | undefined): Promise<Fed<T>> {
    return this.#pull() ?? (await this.#wait(() => this.#pull(), call))
  }

  async nextSlice(call: CallOptions | undefined): Promise<FedSlice<T>> {
    return this.#pullSlice() ?? (await this.#wait(() => this.#pullSlice(), call))
  }

  takeBack(owned: OwnedSegment<T>, holder: SliceHolder, acknowledged: bigint, rest: SegmentSlice<T> | undefined): void {
    this.#owner.takeBack(owned, holder, acknowledged, rest)
  }

  answer(checkpoint: string): void {
    this.#delivered.delete(checkpoint)
    this.#attendant.answer(checkpoint, this.#owner.positions())
  }

  undeliver(checkpoint: string): void {
    this.#delivered.delete(checkpoint)
    this.#attendant.demand()
  }

  async offline(call: CallOptions | undefined): Promise<void> {
    if (this.#state.tag === 'closed') return
    const { readerId, groupText } = this.#parts
    const what = `Leaving reader group ${groupText} as ${readerId}`
    using deadline = new Deadline(what, call, this.#stateTimeoutMs)
    if (this.#state.tag !== 'offline') {
      this.#become({ tag: 'offline', cause: wentOffline(readerId, groupText), isOwnWish: true })
    }
    await this.#leave(deadline)
  }

  close({ force = false }: CloseOptions = {}): Promise<void> {
    if (force && !this.#isForced) {
      this.#isForced = true
      const closed = closedReader(this.#parts.readerId, this.#parts.groupText)
      const before = this.#closing
      this.#closing = Promise.resolve()
      this.#life.abort(closed)
      if (before === undefined) void this.#close(undefined, closed).catch(() => {})
      else before.catch(() => {})
    }
    this.#closing ??= this.#close(this.#life.signal, undefined)
    return this.#closing
  }

  async #close(signal: AbortSignal | undefined, giveUp: PravegaError | undefined): Promise<void> {
    const { readerId, groupText, store, state } = this.#parts
    if (this.#state.tag !== 'closed') this.#become({ tag: 'closed' })
    const what = `Closing reader ${readerId} of group ${groupText}`
    const closeMs = giveUp === undefined ? (store.config?.timeouts.closeMs ?? DEFAULT_CLOSE_MS) : FORCED_CLOSE_MS
    using deadline = new Deadline(what, { signal }, closeMs)
    let hasLeft = false
    try {
      const left = this.#leave(deadline)
      if (giveUp !== undefined) this.#attendant.abort(giveUp)
      await left
      hasLeft = true
    } finally {
      // What could not be written until now will not be written any more.
      await state.close({ force: !hasLeft })
      this.#standsAlone?.()
    }
  }

  /** Leaves the group with the positions as they are when it comes to that. */
  async #leave(deadline: Deadline): Promise<void> {
    let last: Offsets | undefined
    const positions = (): Offsets => {
      last ??= this.#lastPositions ?? this.#owner.positions()
      return last
    }
    try {
      this.#rejoining?.abort.abort()
      await this.#rejoining?.ended
      await this.#attendant.leave(positions, deadline)
    } finally {
      this.#lastPositions = positions()
      this.#dropAll()
    }
  }

  #dropAll(): void {
    this.#completions.forgetAll()
    this.#owner.dropAll()
    this.#checkpoint = undefined
    this.#delivered.clear()
  }

  /** Only here does the state change. */
  #become(next: ReaderState): void {
    const { tag } = this.#state
    if (!mayBecome(tag, next.tag)) throw new PravegaError('INTERNAL', `A reader that is ${tag} became ${next.tag}`)
    this.#state = next
    this.#wake()
  }

  #removed(cause: PravegaError): void {
    if (this.#state.tag !== 'reading') return
    const rejoins = this.#options.autoRejoin === true && PravegaError.is(cause, 'READER_OFFLINE', 'READER_GROUP_RESET')
    this.#dropAll()
    this.#isEndOfData = false
    this.#troubles.clear()
    this.#parts.notices.publish({ event: 'removed', cause, rejoins })
    if (!rejoins) {
      this.#become({ tag: 'offline', cause, isOwnWish: false })
      return
    }
    this.#become({ tag: 'rejoining', cause })
    const abort = new AbortController()
    this.#rejoining = { abort, ended: this.#rejoin(abort.signal) }
  }

  async #rejoin(signal: AbortSignal): Promise<void> {
    while (this.#state.tag === 'rejoining') {
      try {
        await this.join({ signal })
        this.#trouble('state', undefined)
        return
      } catch (error) {
        const cause = PravegaError.from(error)
        if (this.#state.tag !== 'rejoining') return
        if (PravegaError.is(cause, 'READER_EXISTS', 'READER_GROUP_NOT_FOUND')) {
          this.#become({ tag: 'offline', cause, isOwnWish: false })
          return
        }
        this.#trouble('state', cause)
        await this.#pause(this.#options.balanceUnitMs ?? DEFAULT_BALANCE_UNIT_MS, signal)
      }
    }
  }

  #looked(state: ReaderGroupState): void {
    this.#isEndOfData = isEndOfData(state)
    if (this.#isEndOfData) this.#wake()
    if (this.#options.checkpoints !== 'deliver') return
    const { readerId } = this.#parts
    const mine = state.checkpoints.list.filter(({ id, waitingFor }) => waitingFor.has(readerId) && !isSilent(id))
    for (const id of this.#delivered) if (!mine.some(checkpoint => checkpoint.id === id)) this.#delivered.delete(id)
    this.#checkpoint = mine.find(({ id }) => !this.#delivered.has(id) && !this.#attendant.hasAnswer(id))?.id
    if (this.#checkpoint === undefined) return
    this.#owner.interruptAll()
    this.#wake()
  }

  #trouble(source: TroubleSource, cause: PravegaError | undefined): void {
    if (cause === undefined) {
      this.#troubles.delete(source)
      return
    }
    this.#troubles.set(source, cause)
    this.#wake()
  }

  #pull(): Exclude<Fed<T>, { kind: 'idle' }> | undefined {
    const state = this.#state
    if (state.tag === 'closed') {
      return { kind: 'ended', cause: closedReader(this.#parts.readerId, this.#parts.groupText) }
    }
    if (state.tag === 'offline') {
      if (state.isOwnWish) return { kind: 'ended', cause: state.cause }
      throw state.cause
    }
    for (const cause of this.#troubles.values()) throw cause
    if (state.tag !== 'reading') return undefined
    const checkpoint = this.#checkpoint
    if (checkpoint !== undefined) {
      this.#checkpoint = undefined
      this.#delivered.add(checkpoint)
      this.#parts.notices.publish({ event: 'checkpoint', checkpoint, state: 'delivered' })
      return { kind: 'checkpoint', checkpoint }
    }
    const taken = this.#owner.take()
    if (taken !== undefined) this.#took(taken)
    return taken ?? (this.#isEndOfData ? { kind: 'endOfData' } : undefined)
  }

  #pullSlice(): Exclude<FedSlice<T>, { kind: 'idle' }> | undefined {
    for (;;) {
      const fed = this.#pull()
      switch (fed?.kind) {
        case undefined:
        case 'slice':
        case 'endOfData':
        case 'ended':
          return fed
        case 'checkpoint':
          this.answer(fed.checkpoint)
      }
    }
  }

  #took(taken: Taken<T>): void {
    if (taken.kind === 'slice') this.#attendant.read(taken.owned.name)
    if (taken.kind !== 'truncated') return
    const { segment, from, to } = taken
    this.#parts.notices.publish({ event: 'truncated', segment: String(segment), from, to })
  }

  /** @returns `idle` when the call's own time is over */
  async #wait<R>(pull: () => R | undefined, call: CallOptions | undefined): Promise<R | { readonly kind: 'idle' }> {
    using deadline = call === undefined ? undefined : new Deadline(() => this.#waitsFor(), call)
    for (;;) {
      let tell = (): void => {}
      const told = new Promise<void>(resolve => {
        tell = resolve
      })
      this.#waiters.add(tell)
      this.#attendant.awaited(true)
      try {
        await (deadline === undefined ? told : deadline.race(told))
      } catch (error) {
        if (PravegaError.is(error, 'DEADLINE_EXCEEDED') && call?.signal?.aborted !== true) return { kind: 'idle' }
        throw error
      } finally {
        this.#waiters.delete(tell)
        this.#attendant.awaited(this.#waiters.size > 0)
      }
      const result = pull()
      if (result !== undefined) return result
    }
  }

  #wake(): void {
    for (const tell of this.#waiters) tell()
  }

  #waitsFor(): string {
    const { readerId, groupText } = this.#parts
    const out = [...this.#owner.values()].filter(({ phase }) => phase.tag === 'out').map(({ name }) => name)
    const owned = `it owns ${this.#owner.size} segments`
    const inHand = out.length === 0 ? '' : `, and slices of these are out: ${out.join(', ')}`
    return `Waiting for events as reader ${readerId} of group ${groupText} (${owned}${inHand})`
  }

  get #stateTimeoutMs(): number {
    return this.#options.stateTimeoutMs ?? DEFAULT_STATE_MS
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const end = (): void => {
        alarm.cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const alarm = this.#parts.clock.schedule(ms, end)
      signal.addEventListener('abort', end, { once: true })
    })
  }
}
