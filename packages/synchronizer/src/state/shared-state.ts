import { setTimeout as sleep } from 'node:timers/promises'
import { type CallOptions, type CloseOptions, type Deadline, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { conflictChannel } from '../diagnostics.ts'
import { unserializable } from '../log/log-errors.ts'
import { frameRecord } from '../log/record-framing.ts'
import type { SegmentLog } from '../log/segment-log.ts'
import { OpenCalls } from '../open-calls.ts'
import { Revision } from '../revision.ts'
import type { StateDecision, StateModel, StateSynchronizer } from '../state-synchronizer.ts'
import { Turns } from '../turns.ts'
import { LogFollower } from './log-follower.ts'
import { moveMark } from './move-mark.ts'
import type { StateCopy } from './state-copy.ts'
import { fullStateRecord, updatesRecord } from './state-records.ts'

/** Refusals in a row that are nothing unusual, so that nobody has to wait. */
const REFUSALS_WITHOUT_PAUSE = 2
const LONGEST_PAUSE_MS = 100

/** What is to be written behind a copy, and the copy that this leads to. */
interface Draft<S, R> {
  readonly record: Uint8Array
  readonly copy: StateCopy<S>
  readonly result: R
}

/** A {@link StateSynchronizer} over a log of records. */
export class SharedState<S, I, U> implements StateSynchronizer<S, I, U> {
  readonly segment: ScopedSegment
  readonly #log: SegmentLog
  readonly #model: StateModel<S, I, U>
  readonly #follower: LogFollower<S, I, U>
  readonly #calls: OpenCalls
  readonly #turns = new Turns()
  #closing: Promise<void> | undefined

  constructor(log: SegmentLog, model: StateModel<S, I, U>, callTimeoutMs: number) {
    this.segment = log.segment
    this.#log = log
    this.#model = model
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
        if (await this.#write(this.#fullStateDraft(initial, undefined, end), end, deadline)) return true
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
      const done = await this.#decide(deadline, copy => {
        const { updates, result } = generator(copy.state)
        return updates.length === 0 ? { record: undefined, result } : this.#updatesDraft(updates, result, copy)
      })
      return done.result
    })
  }

  async updateUnconditionally(updates: readonly U[], call?: CallOptions): Promise<void> {
    if (updates.length === 0) return
    const record = this.#frame(updatesRecord(updates.map(update => this.#encodeUpdate(update))))
    if (this.state === undefined) await this.#inTurn('reading', call, deadline => this.#presentCopy(deadline))
    await this.#calls.run('writing', call, deadline => this.#log.append(record, deadline))
  }

  async compact(compaction: (state: S) => I | undefined, call?: CallOptions): Promise<boolean> {
    return await this.#inTurn('compacting', call, async deadline => {
      const before = (await this.#presentCopy(deadline)).fullStateOffset
      const { result } = await this.#decide(deadline, copy => {
        const isDone = copy.fullStateOffset !== before
        const initial = isDone ? undefined : compaction(copy.state)
        if (initial === undefined) return { record: undefined, result: undefined }
        return this.#fullStateDraft(initial, copy.state, copy.revision.offset)
      })
      if (result === undefined) return false
      await moveMark(this.#log, result, before, deadline)
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

  /** Writes what `draft` makes of the copy, if nobody has written since; otherwise reads on and drafts anew. */
  async #decide<R>(
    deadline: Deadline,
    draft: (copy: StateCopy<S>) => Draft<S, R> | { readonly record: undefined; readonly result: R },
  ): Promise<{ readonly result: R }> {
    for (let refusals = 0; ; ) {
      deadline.check()
      const copy = await this.#presentCopy(deadline)
      const next = draft(copy)
      if (next.record === undefined) return next
      const { offset } = copy.revision
      if (await this.#write(next, offset, deadline)) return next
      refusals += 1
      const delayMs = refusals > REFUSALS_WITHOUT_PAUSE ? Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** refusals) : 0
      conflictChannel.publish({ segment: String(this.segment), offset, attempt: refusals, delayMs })
      if (delayMs > 0) await deadline.race(sleep(delayMs))
      await this.#follower.readOn(deadline, true)
    }
  }

  async #write<R>(draft: Draft<S, R>, offset: bigint, deadline: Deadline): Promise<boolean> {
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

  #updatesDraft<R>(updates: readonly U[], result: R, copy: StateCopy<S>): Draft<S, R> {
    // Taken through their bytes, so that this member applies what the others will read.
    const encoded = updates.map(update => this.#encodeUpdate(update))
    let { state } = copy
    for (const bytes of encoded) state = this.#applyOwn(state, this.#decodeUpdate(bytes))
    const record = this.#frame(updatesRecord(encoded))
    const revision = new Revision(this.segment, copy.revision.offset + BigInt(record.length), updates.length - 1)
    return { record, copy: { ...copy, state, revision }, result }
  }

  #fullStateDraft(initial: I, previous: S | undefined, offset: bigint): Draft<S, bigint> {
    const bytes = this.#serialize('Encoding a full state', () => this.#model.encodeInitial(initial))
    const taken = this.#serialize('Decoding a full state', () => this.#model.decodeInitial(bytes))
    const state = this.#model.begin(taken, previous)
    const record = this.#frame(fullStateRecord(bytes))
    const revision = new Revision(this.segment, offset + BigInt(record.length))
    return { record, copy: { state, revision, fullStateOffset: offset }, result: offset }
  }

  #applyOwn(state: S, update: U): S {
    try {
      return this.#model.apply(state, update)
    } catch (error) {
      if (PravegaError.is(error)) throw error
      const why = error instanceof Error ? error.message : String(error)
      throw new PravegaError(
        'ILLEGAL_STATE_UPDATE',
        `An update of the state in segment ${this.segment} does not fit it and was not written: ${why}. Let the generator look at the state that it is given`,
        { cause: error, details: { segment: String(this.segment) } },
      )
    }
  }

  #encodeUpdate(update: U): Uint8Array {
    return this.#serialize('Encoding an update', () => this.#model.encodeUpdate(update))
  }

  #decodeUpdate(bytes: Uint8Array): U {
    return this.#serialize('Decoding an update', () => this.#model.decodeUpdate(bytes))
  }

  #frame(pieces: readonly Uint8Array[]): Uint8Array {
    return frameRecord(this.segment, pieces)
  }

  #serialize<T>(what: string, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (PravegaError.is(error)) throw error
      throw unserializable(what, this.segment, undefined, error)
    }
  }
}
