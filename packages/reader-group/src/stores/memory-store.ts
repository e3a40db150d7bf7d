import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import { reduce } from '../state/reduce.ts'
import type { Init, ReaderGroupUpdate } from '../state/updates.ts'
import type { Decision, StateStore } from './state-store.ts'
import { checkUnconditional } from './unconditional.ts'
import { Watchers } from './watchers.ts'

/** State that {@link memoryStore | memory stores} of one process share; the members of a group in a test, say. */
export class MemoryGroup {
  /** What was written, one entry a write. */
  readonly log: (readonly ReaderGroupUpdate[])[] = []
  /** How often members have looked. */
  reads = 0
  /** How often members have tried to write. */
  writes = 0
  /** Called before each conditional write, when the decision is made: where another member may get in between. */
  beforeWrite: (() => Promise<void> | void) | undefined

  /** As if somebody had deleted the group. */
  delete(): void {
    this.log.length = 0
  }
}

/**
 * A store in memory, one for each member of a group. It keeps everything that the log does, and conflicts as the log does: members
 * know only what they have seen.
 *
 * @param group - Shared by the members. Default: one of its own.
 */
export function memoryStore(group: MemoryGroup = new MemoryGroup()): StateStore {
  return new MemoryStore(group)
}

class MemoryStore implements StateStore {
  readonly features = { kind: 'memory', checkpoints: true }
  readonly #group: MemoryGroup
  readonly #watchers = new Watchers()
  #state: ReaderGroupState | undefined
  #seen = 0
  #closed = false

  constructor(group: MemoryGroup) {
    this.#group = group
  }

  get state(): ReaderGroupState | undefined {
    return this.#state
  }

  async initialize(init: Init, call?: CallOptions): Promise<boolean> {
    using deadline = this.#begin(call)
    await deadline.race(Promise.resolve())
    this.#group.writes += 1
    const first = this.#group.log.length === 0
    if (first) {
      reduce(undefined, init)
      this.#group.log.push([init])
    }
    this.#look()
    return first
  }

  async refresh(call?: CallOptions): Promise<ReaderGroupState> {
    using deadline = this.#begin(call)
    await deadline.race(Promise.resolve())
    return this.#look()
  }

  async transact<R>(decide: (state: ReaderGroupState) => Decision<R>, call?: CallOptions): Promise<R> {
    using deadline = this.#begin(call)
    const { log } = this.#group
    let state = this.#state ?? this.#look()
    for (;;) {
      const { updates, result } = decide(state)
      if (updates.length === 0) return result
      const next = updates.reduce<ReaderGroupState>(
        (before, update) => this.#watchers.show(reduce(before, update)),
        state,
      )
      await deadline.race(Promise.resolve(this.#group.beforeWrite?.()))
      this.#group.writes += 1
      if (log.length === this.#seen) {
        log.push(updates)
        this.#seen += 1
        this.#state = next
        return result
      }
      state = this.#look()
    }
  }

  async append(update: ReaderGroupUpdate, call?: CallOptions): Promise<void> {
    checkUnconditional(update)
    using deadline = this.#begin(call)
    await deadline.race(Promise.resolve())
    if (this.#group.log.length === 0) throw missing()
    this.#group.writes += 1
    this.#group.log.push([update])
  }

  watch(look: (state: ReaderGroupState) => void): Disposable {
    return this.#watchers.add(look)
  }

  async compact(): Promise<boolean> {
    return false
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #begin(call: CallOptions | undefined): Deadline {
    if (this.#closed) {
      throw new PravegaError('CLOSED', 'This member of the reader group is closed. Open the group again')
    }
    const deadline = new Deadline('Using the state of a reader group in memory', call)
    deadline.check()
    return deadline
  }

  #look(): ReaderGroupState {
    const { log } = this.#group
    this.#group.reads += 1
    if (log.length < this.#seen) {
      this.#state = undefined
      this.#seen = 0
    }
    let state = this.#state
    for (const updates of log.slice(this.#seen))
      for (const update of updates) state = this.#watchers.show(reduce(state, update))
    if (state === undefined || log.length === 0) throw missing()
    this.#state = state
    this.#seen = log.length
    return state
  }
}

function missing(): PravegaError {
  return new PravegaError('READER_GROUP_NOT_FOUND', 'The reader group has no state: create it first')
}
