import { type CallOptions, type CloseOptions, Deadline, PravegaError, type ScopedStream } from '@pravega-ts/model'
import { openStateSynchronizer, type StateSynchronizer, type SynchronizerStore } from '@pravega-ts/synchronizer'
import { readerGroupModel } from '../codec/state-model.ts'
import { compactionOf } from '../state/compaction.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import { reduce } from '../state/reduce.ts'
import type { Compact, Init, ReaderGroupUpdate } from '../state/updates.ts'
import type { Decision, StateStore } from './state-store.ts'
import { checkUnconditional } from './unconditional.ts'
import { Watchers } from './watchers.ts'

/** As Java: below this nobody compacts, above it each member does with this probability at each look. */
const COMPACT_ABOVE_BYTES = 512n * 1024n
const COMPACT_PROBABILITY = 0.05

const CALL_MS = 120_000

/** Options of {@link logStore}. */
export interface LogStoreOptions {
  /** From 0 to below 1; decides who compacts. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

type Log = StateSynchronizer<ReaderGroupState, Init | Compact, ReaderGroupUpdate>

/**
 * State in a revisioned stream, in the format of the Java client: its readers, and those of Flink and Spark, can be members of the
 * same group. Connects to nothing before the first call.
 *
 * @param stream - `_RG<group>` in the group's scope; the controller makes it with the group.
 */
export function logStore(store: SynchronizerStore, stream: ScopedStream, options: LogStoreOptions = {}): StateStore {
  return new LogStore(store, stream, options)
}

class LogStore implements StateStore {
  readonly features = { kind: 'log', checkpoints: true }
  readonly #store: SynchronizerStore
  readonly #stream: ScopedStream
  readonly #random: () => number
  readonly #end = new AbortController()
  readonly #watchers = new Watchers()
  #log: Promise<Log> | undefined
  #opened: Log | undefined

  constructor(store: SynchronizerStore, stream: ScopedStream, { random = Math.random }: LogStoreOptions) {
    this.#store = store
    this.#stream = stream
    this.#random = random
  }

  get state(): ReaderGroupState | undefined {
    return this.#opened?.state
  }

  initialize(init: Init, call?: CallOptions): Promise<boolean> {
    return this.#using(call, (log, rest) => {
      // What no member could apply must not become the first record.
      reduce(undefined, init)
      return log.initialize(init, rest())
    })
  }

  refresh(call?: CallOptions): Promise<ReaderGroupState> {
    return this.#using(call, (log, rest) => this.#look(log, rest))
  }

  transact<R>(decide: (state: ReaderGroupState) => Decision<R>, call?: CallOptions): Promise<R> {
    return this.#using(call, async (log, rest) => {
      if (log.state === undefined) await this.#look(log, rest)
      return await log.updateState(decide, rest())
    })
  }

  append(update: ReaderGroupUpdate, call?: CallOptions): Promise<void> {
    return this.#using(call, async (log, rest) => {
      checkUnconditional(update)
      await log.updateUnconditionally([update], rest())
    })
  }

  watch(look: (state: ReaderGroupState) => void): Disposable {
    return this.#watchers.add(look)
  }

  compact(call?: CallOptions): Promise<boolean> {
    return this.#using(call, async (log, rest) => {
      if (log.bytesSinceCompaction <= COMPACT_ABOVE_BYTES || this.#random() >= COMPACT_PROBABILITY) return false
      return await log.compact(compactionOf, rest())
    })
  }

  async close(options?: CloseOptions): Promise<void> {
    this.#end.abort(this.#closed())
    // One that cannot be opened has nothing to close, and has told who asked for it.
    const log = await this.#log?.catch(() => undefined)
    // Who wrote to a group that was deleted meanwhile has been told.
    await log?.close(options).catch(throwUnlessDeleted)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #look(log: Log, rest: () => CallOptions): Promise<ReaderGroupState> {
    const state = await log.fetchUpdates(rest())
    if (state === undefined) throw gone(this.#stream, 'it has no first state yet')
    return state
  }

  async #using<T>(call: CallOptions | undefined, work: (log: Log, rest: () => CallOptions) => Promise<T>): Promise<T> {
    if (this.#end.signal.aborted) throw this.#closed()
    using deadline = new Deadline(`Using the state of a reader group in ${this.#stream}`, call, CALL_MS)
    deadline.check()
    try {
      return await work(await deadline.race(this.#open()), () => deadline.rest())
    } catch (error) {
      throw isDeletion(error) ? gone(this.#stream, 'it was deleted', error) : error
    }
  }

  /** Without the options of a call: others may wait for the same opening. */
  #open(): Promise<Log> {
    const call = { signal: this.#end.signal }
    const model: typeof readerGroupModel = {
      ...readerGroupModel,
      begin: (initial, previous) => this.#watchers.show(readerGroupModel.begin(initial, previous)),
      apply: (state, update) => this.#watchers.show(readerGroupModel.apply(state, update)),
    }
    this.#log ??= openStateSynchronizer(this.#store, this.#stream, model, {}, call).then(
      log => {
        this.#opened = log
        return log
      },
      (error: unknown) => {
        this.#log = undefined
        throw error
      },
    )
    return this.#log
  }

  #closed(): PravegaError {
    return new PravegaError('CLOSED', `This use of the state in ${this.#stream} is closed. Open the reader group again`)
  }
}

/** Servers seal what they are about to delete. */
function isDeletion(error: unknown): boolean {
  return PravegaError.is(error, 'STREAM_NOT_FOUND', 'NO_SUCH_SEGMENT', 'STREAM_SEALED', 'SEGMENT_SEALED')
}

function throwUnlessDeleted(error: unknown): void {
  if (!isDeletion(error)) throw error
}

function gone(stream: ScopedStream, why: string, cause?: unknown): PravegaError {
  return new PravegaError(
    'READER_GROUP_NOT_FOUND',
    `The reader group of ${stream} has no state: ${why}. Create the group, or end its readers`,
    { details: { subject: String(stream) }, cause },
  )
}
