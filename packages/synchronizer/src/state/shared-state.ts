import { setTimeout as sleep } from 'node:timers/promises'
import { type CallOptions, type CloseOptions, type Deadline, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { conflictChannel } from '../diagnostics.ts'
import type { SegmentLog } from '../log/segment-log.ts'
import { OpenCalls } from '../open-calls.ts'
import type { Revision } from '../revision.ts'
import type { StateDecision, StateModel, StateSynchronizer } from '../state-synchronizer.ts'
import { Turns } from '../turns.ts'
import { type Draft, Drafts } from './drafts.ts'
import { LogFollower } from './log-follower.ts'
import { moveMark } from './move-mark.ts'
import type { StateCopy } from './state-copy.ts'

/** Refusals in a row that are nothing unusual, so that nobody has to wait. */
const REFUSALS_WITHOUT_PAUSE = 2
const LONGEST_PAUSE_MS = 100

/** What a look at the copy leads to; without a draft nothing is written. */
interface Decision<S, R> {
  readonly draft: Draft<S> | undefined
  readonly result: R
}

/** A {@link StateSynchronizer} over a log of records. */
export class SharedState<S, I, U> implements StateSynchronizer<S, I, U> {
  readonly segment: ScopedSegment
  readonly #log: SegmentLog
  readonly #drafts: Drafts<S, I, U>
  readonly #follower: LogFollower<S, I, U>
  readonly #calls: OpenCalls
  readonly #turns = new Turns()
  #closing: Promise<void> | undefined

  constructor(log: SegmentLog, model: StateModel<S, I, U>, callTimeoutMs: number) {
    this.segment = log.segment
    this.#log = log
    this.#drafts = new Drafts(log.segment, model)
    this.#follower = new LogFollower(log, model)
    this.#calls = new OpenCalls(`State synchronizer ${log.segment}`, callTimeoutMs)
  }

  get state(): S | undefined {
    return this.#follower.copy?.state
  }

  get revision(): Revision | undefined {
    return this.#follower.copy?.revision
  }

  get bytesSinceCompaction(): bigint {
    const { copy } = this.#follower
    return copy === undefined ? 0n : copy.revision.offset - copy.fullStateOffset
  }

  async initialize(initial: I, call?: CallOptions): Promise<boolean> {
    return await this.#inTurn('initializing', call, async deadline => {
      while (this.#follower.copy === undefined) {
        const end = await this.#follower.readOn(deadline)
        if (this.#follower.copy !== undefined) break
        if (await this.#write(this.#drafts.fullState(initial, undefined, end), end, deadline)) return true
      }
      return false
    })
  }

  async fetchUpdates(call?: CallOptions): Promise<S | undefined> {
    return await this.#inTurn('reading', call, async deadline => {
      await this.#follower.readOn(deadline)
      return this.state
    })
  }

  async updateState<R>(generator: (state: S) => StateDecision<U, R>, call?: CallOptions): Promise<R> {
    return await this.#inTurn('updating', call, async deadline => {
      return await this.#decide(deadline, copy => {
        const { updates, result } = generator(copy.state)
        return { draft: updates.length === 0 ? undefined : this.#drafts.updates(updates, copy), result }
      })
    })
  }

  async updateUnconditionally(updates: readonly U[], call?: CallOptions): Promise<void> {
    if (updates.length === 0) return
    const record = this.#drafts.unapplied(updates)
    if (this.state === undefined) await this.#inTurn('reading', call, deadline => this.#presentCopy(deadline))
    await this.#calls.run('writing', call, deadline => this.#log.append(record, deadline))
  }

  async compact(compaction: (state: S) => I | undefined, call?: CallOptions): Promise<boolean> {
    return await this.#inTurn('compacting', call, async deadline => {
      const before = (await this.#presentCopy(deadline)).fullStateOffset
      const written = await this.#decide(deadline, copy => {
        const isDone = copy.fullStateOffset !== before
        const initial = isDone ? undefined : compaction(copy.state)
        if (initial === undefined) return { draft: undefined, result: undefined }
        const { offset } = copy.revision
        return { draft: this.#drafts.fullState(initial, copy.state, offset), result: offset }
      })
      if (written === undefined) return false
      await moveMark(this.#log, written, before, deadline)
      return true
    })
  }

  close(options?: CloseOptions): Promise<void> {
    if (options?.force === true) this.#log.close(options).catch(() => {})
    this.#closing ??= this.#calls.close(() => this.#log.close(options))
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #inTurn<T>(what: string, call: CallOptions | undefined, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    return await this.#calls.run(what, call, deadline => this.#turns.take(deadline, () => work(deadline)))
  }

  /** Writes what is decided on the copy, if nobody has written since; otherwise reads on and has it decided anew. */
  async #decide<R>(deadline: Deadline, decide: (copy: StateCopy<S>) => Decision<S, R>): Promise<R> {
    for (let refusals = 0; ; ) {
      deadline.check()
      const copy = await this.#presentCopy(deadline)
      const { draft, result } = decide(copy)
      const { offset } = copy.revision
      if (draft === undefined || (await this.#write(draft, offset, deadline))) return result
      refusals += 1
      const delayMs = refusals > REFUSALS_WITHOUT_PAUSE ? Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** refusals) : 0
      conflictChannel.publish({ segment: String(this.segment), offset, attempt: refusals, delayMs })
      if (delayMs > 0) await deadline.race(sleep(delayMs))
      await this.#follower.readOn(deadline, true)
    }
  }

  async #write(draft: Draft<S>, offset: bigint, deadline: Deadline): Promise<boolean> {
    const isWritten = await this.#log.appendIf(offset, draft.record, deadline)
    if (isWritten) this.#follower.adopt(draft.copy)
    return isWritten
  }

  async #presentCopy(deadline: Deadline): Promise<StateCopy<S>> {
    if (this.#follower.copy === undefined) await this.#follower.readOn(deadline)
    const { copy } = this.#follower
    if (copy !== undefined) return copy
    throw new PravegaError(
      'ILLEGAL_REQUEST',
      `Segment ${this.segment} holds no state that could be changed. Call initialize() first`,
      { details: { segment: String(this.segment) } },
    )
  }
}
