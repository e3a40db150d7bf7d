import { randomUUID } from 'node:crypto'
import type { ReaderGroupName } from '@pravega-ts/controller-client'
import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import { hasOngoingCheckpoint, isSilent } from '../state/checkpoint-queries.ts'
import type { Offsets, ReaderGroupState, SegmentName } from '../state/reader-group-state.ts'
import type { StateStore } from '../stores/state-store.ts'
import { type Attendance, attend, join, leave, type Situation } from './attendance.ts'
import type { CompletionDesk } from './completion-desk.ts'
import { DueTimes } from './due-times.ts'
import { LagTeller } from './lag.ts'
import { readerExists, reasonToLeave } from './membership.ts'
import { PostponableDuties } from './postponable-duties.ts'
import type { Alarm, ReaderClock } from './reader-clock.ts'
import type { ReaderNotices } from './reader-notices.ts'
import { mustPublish } from './retention.ts'
import type { SegmentOwner } from './segment-owner.ts'
import { Standing } from './standing.ts'

/** What an {@link Attendant} works with, and whom it tells. */
export interface AttendantHost<T> {
  readonly reader: string
  /** `scope/group` */
  readonly groupText: string
  readonly group: ReaderGroupName
  readonly store: ReaderGroupStore
  readonly state: StateStore
  readonly clock: ReaderClock
  readonly notices: ReaderNotices
  readonly owner: SegmentOwner<T>
  readonly completions: CompletionDesk<T>
  readonly delivers: boolean
  readonly balanceUnitMs: number
  readonly stateTimeoutMs: number
  readonly initialAllocationDelayMs: number
  /** The state was looked at, or changed. */
  onLooked(state: ReaderGroupState): void
  /** It is no member any more. */
  onRemoved(cause: PravegaError): void
  /** The state cannot be reached for now; undefined: it could again. */
  onTrouble(cause: PravegaError | undefined): void
}

/**
 * A reader's part in its group, besides reading: looks at the shared state when it is time to, and writes what follows from that.
 * One look or change is under way at a time.
 */
export class Attendant<T> {
  readonly #host: AttendantHost<T>
  readonly #due: DueTimes
  readonly #lag = new LagTeller()
  /** What the application has answered to checkpoints, until that is written. */
  readonly #answers = new Map<string, Offsets>()
  readonly #standing = new Standing()
  readonly #duties: PostponableDuties
  #running: Promise<void> | undefined
  #isDemanded = false
  #alarm: Alarm | undefined
  #isAwaited = false
  readonly #life = new AbortController()

  constructor(host: AttendantHost<T>) {
    this.#host = host
    this.#duties = new PostponableDuties(host)
    this.#due = new DueTimes(host.clock.now(), host.balanceUnitMs)
  }

  /**
   * Becomes a member.
   *
   * @throws PravegaError `READER_EXISTS`, `READER_GROUP_NOT_FOUND`, and as the state store does
   */
  async join(deadline: Deadline): Promise<void> {
    const { reader, groupText, state: store, clock, initialAllocationDelayMs } = this.#host
    const delayMs = initialAllocationDelayMs * (1 + Math.random())
    // An earlier attempt may have been written without an answer.
    if (this.#standing.leaving !== undefined) await this.leave(() => new Map(), deadline)
    this.#standing.forget()
    await store.refresh(deadline.rest())
    const acquired = await store
      .transact(state => {
        if (state.assigned.has(reader)) throw readerExists(reader, groupText)
        this.#standing.leaving = { reader, group: groupText, config: state.config }
        return join(state, reader, delayMs === 0)
      }, deadline.rest())
      .catch((error: unknown) => {
        if (PravegaError.is(error, 'READER_EXISTS')) this.#standing.leaving = undefined
        throw error
      })
    const state = known(store)
    this.#standing.joined({ reader, group: groupText, config: state.config })
    this.#answers.clear()
    this.#lag.begin(acquired)
    this.#remember(state)
    const now = clock.now()
    this.#due.looked(now, state)
    this.#due.metCheckpoint(now, state)
    this.#due.decided(now, state, reader, false)
    if (delayMs > 0) this.#due.acquireAt = now + delayMs
    this.#due.toldLag(now, state)
    this.#host.notices.publish({ event: 'joined' })
    for (const [segment, offset] of acquired) this.#acquired(segment, offset, state)
    this.#host.onLooked(state)
    this.#schedule()
  }

  /** An event of this segment is handed out. */
  read(segment: SegmentName): void {
    this.#lag.read(segment)
  }

  /** The application is done with its part of a checkpoint, at these positions. */
  answer(checkpoint: string, positions: Offsets): void {
    this.#answers.set(checkpoint, positions)
    this.demand()
  }

  /** Something has changed: attends now rather than when it is time. */
  demand(): void {
    if (this.#standing.membership === undefined || this.#life.signal.aborted) return
    if (this.#running !== undefined) {
      this.#isDemanded = true
      return
    }
    this.#alarm?.cancel()
    // Not before whoever demands has done all of its part: it may be in the middle of taking on segments.
    this.#running = Promise.resolve().then(() => this.#run())
  }

  /** Whether a call waits for what the attendant may bring: then the process stays alive for it. */
  awaited(isAwaited: boolean): void {
    if (isAwaited === this.#isAwaited) return
    this.#isAwaited = isAwaited
    this.#alarm?.keepAlive(isAwaited)
  }

  /** Attends no more; what is under way goes on, and is waited for by {@link Attendant.leave}. */
  stop(): void {
    this.#alarm?.cancel()
    this.#standing.membership = undefined
  }

  /** Gives up what is under way. */
  abort(reason: PravegaError): void {
    this.#alarm?.cancel()
    this.#life.abort(reason)
  }

  /** Whether the application's answer to a checkpoint is known. */
  hasAnswer(checkpoint: string): boolean {
    return this.#answers.has(checkpoint)
  }

  /**
   * Stops, and leaves the group with these positions if it is a member still. When that fails it can be tried again.
   *
   * @throws PravegaError as the state store does
   */
  async leave(positions: () => Offsets, deadline: Deadline): Promise<void> {
    const standing = this.#standing
    standing.leaving ??= standing.membership
    const membership = standing.leaving
    this.stop()
    if (this.#running !== undefined) await deadline.race(this.#running)
    if (membership === undefined) return
    const { state } = this.#host
    try {
      // Whether the last change was made, or what it has given away, only the state can tell.
      const { evidence } = standing
      if (standing.isInDoubt) await state.refresh(deadline.rest())
      const recorded = known(state).assigned.get(membership.reader)
      const offsets = new Map([...positions()].filter(([name]) => recorded?.has(name)))
      await state.transact(now => leave(now, membership, evidence, offsets), deadline.rest())
    } catch (error) {
      if (!PravegaError.is(error, 'READER_GROUP_NOT_FOUND')) throw error
    }
    standing.leaving = undefined
    this.#host.notices.publish({ event: 'left' })
  }

  async #run(): Promise<void> {
    try {
      do {
        this.#isDemanded = false
        await this.#attend()
        this.#host.owner.letGoAll()
      } while (this.#isDemanded && this.#standing.membership !== undefined)
      this.#host.onTrouble(undefined)
    } catch (error) {
      this.#failed(PravegaError.from(error))
    } finally {
      this.#running = undefined
      this.#schedule()
    }
  }

  #failed(cause: PravegaError): void {
    if (this.#life.signal.aborted || this.#standing.membership === undefined) return
    if (PravegaError.is(cause, 'READER_GROUP_NOT_FOUND')) {
      this.#removed(cause)
      return
    }
    const { clock, state } = this.#host
    this.#due.failed(clock.now(), state.state)
    this.#host.notices.publish({ event: 'trouble', cause })
    this.#host.onTrouble(cause)
  }

  #schedule(): void {
    if (this.#standing.membership === undefined || this.#life.signal.aborted || this.#running !== undefined) return
    const { clock, state, owner } = this.#host
    const now = clock.now()
    this.#alarm?.cancel()
    this.#alarm = clock.schedule(this.#due.next(now, state.state, owner.size) - now, () => this.demand())
    if (this.#isAwaited) this.#alarm.keepAlive(true)
  }

  async #attend(): Promise<void> {
    const { clock, state: store } = this.#host
    using deadline = this.#deadline()
    let state = known(store)
    if (clock.now() >= this.#due.refreshAt) {
      state = await store.refresh(deadline.rest())
      this.#due.looked(clock.now(), state)
      // Worth trying, never worth failing for.
      await store.compact(deadline.rest()).catch(() => false)
      if (clock.now() >= this.#due.configAt) {
        this.#due.checkedConfig(clock.now())
        await this.#duties.settleReset(deadline)
        state = known(store)
      }
    }
    if (!this.#recognise(state)) return
    const situation = this.#situate(state, clock.now())
    const plan = attend(state, situation)
    const [first, second] = plan.updates
    if (first?.type === 'updateDistanceToTail' && second === undefined && store.features.checkpoints) {
      // Whether it was told or not, it may be seen.
      this.#toldLag(situation.lag, situation.positions, state)
      this.#remember(state)
      this.#standing.doubt([])
      await store.append(first, deadline.rest())
      this.#standing.believe()
      return
    }
    if (plan.result.recalled !== undefined) this.#host.owner.recall(plan.result.recalled)
    if (first === undefined) return
    const { answered } = await this.#change(situation, plan.result, deadline)
    state = known(store)
    this.#due.looked(clock.now(), state)
    if (this.#standing.membership === undefined) return
    this.#host.onLooked(state)
    if (answered.some(id => !isSilent(id)) && mustPublish(state)) await this.#duties.publish(state, deadline)
  }

  #remember(state: ReaderGroupState): void {
    const { reader, state: store } = this.#host
    this.#standing.remember(state, reader, store.features.checkpoints ? this.#lag : undefined)
  }

  /** Compares what the state says of this reader with what it knows itself. Returns whether it is a member still. */
  #recognise(state: ReaderGroupState): boolean {
    const { membership, evidence } = this.#standing
    if (membership === undefined) return false
    const { owner } = this.#host
    const recorded = state.assigned.get(membership.reader)
    for (const name of this.#standing.believe()) {
      if (recorded?.has(name) === false) this.#dropped(name)
    }
    const cause = reasonToLeave(state, membership, evidence)
    if (cause !== undefined) {
      this.#removed(cause)
      return false
    }
    // Acquired by a change of which no answer came.
    for (const [name, offset] of recorded ?? []) {
      if (owner.get(name) === undefined) this.#acquired(name, offset, state)
    }
    this.#remember(state)
    for (const checkpoint of this.#answers.keys()) {
      if (!state.checkpoints.list.some(({ id }) => id === checkpoint)) this.#answers.delete(checkpoint)
    }
    // Until a full interval after the last one was done: an automatic one clears those before it, also if nobody has seen their result.
    if (hasOngoingCheckpoint(state)) this.#due.metCheckpoint(this.#host.clock.now(), state)
    this.#host.onLooked(state)
    return true
  }

  #situate(state: ReaderGroupState, now: number): Situation {
    const { owner, completions, delivers, state: store } = this.#host
    const positions = owner.positions()
    const { checkpoints } = store.features
    const lag = this.#lag.lagAt(state, this.#host.reader, now)
    return {
      member: this.#standing.membership ?? unreachable(),
      evidence: this.#standing.evidence,
      positions,
      releasable: owner.releasable(),
      completions: new Map([...completions.known].filter(([name]) => positions.has(name))),
      mayAcquire: now >= this.#due.acquireAt,
      mayRelease: now >= this.#due.releaseAt,
      lag,
      tellLag: now >= this.#due.lagAt && this.#lag.hasNews(lag, positions),
      newCheckpoint:
        checkpoints && now >= this.#due.checkpointAt && hasMoved(state, this.#host.reader, positions)
          ? randomUUID()
          : undefined,
      delivers,
      answers: this.#answers,
    }
  }

  /** Writes what was planned, or what it has become when others have written meanwhile. */
  async #change(situation: Situation, plan: Attendance, deadline: Deadline): Promise<Attendance> {
    const { owner, state: store, clock, reader } = this.#host
    const { released } = plan
    const held = new Set(released === undefined ? [] : [released])
    for (const name of held) owner.hold(name)
    const moves = plan.acquired.size > 0 || released !== undefined
    if (moves) this.#due.deciding(clock.now())
    const binding = { ...situation, releasable: held }
    let result: Attendance
    try {
      result = await store.transact(state => attend(state, binding), deadline.rest())
    } catch (error) {
      this.#standing.doubt([...held, ...situation.completions.keys()])
      throw error
    }
    this.#apply(result, situation)
    this.#remember(known(store))
    if (this.#standing.membership === undefined) return result
    if (moves) this.#due.decided(clock.now(), known(store), reader, result.released !== undefined)
    return result
  }

  #apply(result: Attendance, situation: Situation): void {
    const { clock, state: store, reader, owner } = this.#host
    if (result.toldLag) this.#lag.told(situation.lag, new Map([...situation.positions, ...result.acquired]))
    if (this.#standing.membership === undefined) return
    if (result.left !== undefined) {
      this.#removed(result.left)
      return
    }
    const state = known(store)
    const now = clock.now()
    const { released, acquired, created, answered, completed } = result
    if (created !== undefined)
      this.#host.notices.publish({ event: 'checkpoint', checkpoint: created, state: 'created' })
    for (const checkpoint of answered) {
      this.#answers.delete(checkpoint)
      if (!isSilent(checkpoint)) this.#due.metCheckpoint(now, state)
      this.#host.notices.publish({ event: 'checkpoint', checkpoint, state: 'answered' })
    }
    for (const segment of completed) {
      this.#dropped(segment)
      this.#host.notices.publish({ event: 'completed', segment })
    }
    if (released !== undefined) {
      this.#dropped(released)
      this.#host.notices.publish({
        event: 'released',
        segment: released,
        offset: situation.positions.get(released) ?? 0n,
      })
    }
    for (const [segment, offset] of acquired) this.#acquired(segment, offset, state)
    if (released !== undefined || acquired.size > 0) this.#due.decided(now, state, reader, released !== undefined)
    if (result.recalled !== undefined) owner.recall(result.recalled)
    if (result.toldLag) this.#due.toldLag(now, state)
  }

  #toldLag(lag: bigint, positions: Offsets, state: ReaderGroupState): void {
    this.#lag.told(lag, positions)
    this.#due.toldLag(this.#host.clock.now(), state)
  }

  #acquired(segment: SegmentName, offset: bigint, state: ReaderGroupState): void {
    this.#host.owner.add(segment, offset, state.end.get(segment))
    this.#host.notices.publish({ event: 'acquired', segment, offset })
  }

  #dropped(segment: SegmentName): void {
    this.#host.completions.forget(segment)
    this.#host.owner.drop(segment)
  }

  #removed(cause: PravegaError): void {
    this.stop()
    this.#host.onRemoved(cause)
  }

  #deadline(): Deadline {
    const call: CallOptions = { signal: this.#life.signal }
    const what = `Attending to reader group ${this.#host.groupText} as ${this.#host.reader}`
    return new Deadline(what, call, this.#host.stateTimeoutMs)
  }
}

/** Whether recording the positions would be worth something. */
function hasMoved(state: ReaderGroupState, reader: string, positions: Offsets): boolean {
  const recorded = state.assigned.get(reader)
  for (const [segment, offset] of positions) if (recorded?.get(segment) !== offset) return true
  return false
}

function known(store: StateStore): ReaderGroupState {
  const { state } = store
  if (state !== undefined) return state
  throw new PravegaError('INTERNAL', 'A state store that was looked at does not know the state of its group')
}

function unreachable(): never {
  throw new PravegaError('INTERNAL', 'A reader attends to a group that it is no member of')
}
