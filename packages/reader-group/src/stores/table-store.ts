import { type CallOptions, type CloseOptions, Deadline, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { openTableSynchronizer, type TableSynchronizer } from '@pravega-ts/synchronizer'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import { reduce } from '../state/reduce.ts'
import type { Init, ReaderGroupUpdate } from '../state/updates.ts'
import type { Decision, StateStore } from './state-store.ts'
import { changesBetween, stateOf } from './table-state.ts'
import { reduceInTable } from './table-updates.ts'
import { checkUnconditional } from './unconditional.ts'
import { Watchers } from './watchers.ts'

const CALL_MS = 120_000

/**
 * State in a table segment, in the format of the Rust client: its readers can be members of the same group. Holds assignments and
 * positions; updates that it has no place for fail with `OPERATION_UNSUPPORTED`. The offsets of `updateDistanceToTail` become the recorded
 * positions, so they must be acknowledged ones. Connects to nothing before the first call.
 *
 * @param table - `scope/<group>_kvtable/0.#epoch.0`. `initialize` makes it.
 */
export function tableStore(store: Pick<ReaderGroupStore, 'table'>, table: ScopedSegment): StateStore {
  return new TableStore(store, table)
}

class TableStore implements StateStore {
  readonly features = { kind: 'table', checkpoints: false }
  readonly #store: Pick<ReaderGroupStore, 'table'>
  readonly #table: ScopedSegment
  readonly #end = new AbortController()
  readonly #watchers = new Watchers()
  #synchronizer: Promise<TableSynchronizer> | undefined
  #state: ReaderGroupState | undefined

  constructor(store: Pick<ReaderGroupStore, 'table'>, table: ScopedSegment) {
    this.#store = store
    this.#table = table
  }

  get state(): ReaderGroupState | undefined {
    return this.#state
  }

  initialize(init: Init, call?: CallOptions): Promise<boolean> {
    return this.#using(call, async rest => {
      const first = reduce(undefined, init)
      if (init.ends.size > 0) throw noEnds(this.#table)
      const table = await this.#open(true)
      await table.refresh(rest())
      const made = await table.transact<boolean>(
        view =>
          view.isEmpty
            ? { ...changesBetween(undefined, first), result: true }
            : { puts: [], removals: [], result: false },
        rest(),
      )
      this.#see(table)
      return made
    })
  }

  refresh(call?: CallOptions): Promise<ReaderGroupState> {
    return this.#using(call, async rest => {
      const table = await this.#open(false)
      await table.refresh(rest())
      return this.#see(table)
    })
  }

  transact<R>(decide: (state: ReaderGroupState) => Decision<R>, call?: CallOptions): Promise<R> {
    return this.#using(call, async rest => {
      const table = await this.#open(false)
      const result = await table.transact(view => {
        const before = stateOf(String(this.#table), view)
        if (before === undefined) throw gone(this.#table, 'it is not a reader group')
        const { updates, result } = decide(before)
        const after = updates.reduce(reduceInTable, before)
        return { ...changesBetween(before, after), result }
      }, rest())
      this.#see(table)
      return result
    })
  }

  append(update: ReaderGroupUpdate, call?: CallOptions): Promise<void> {
    return this.#using(call, async () => {
      checkUnconditional(update)
      await this.transact(() => ({ updates: [update], result: undefined }), call)
    })
  }

  watch(look: (state: ReaderGroupState) => void): Disposable {
    return this.#watchers.add(look)
  }

  /** Servers compact tables by themselves. Tombstones stay: Rust clients would not see that they have gone. */
  async compact(): Promise<boolean> {
    return false
  }

  async close(options?: CloseOptions): Promise<void> {
    this.#end.abort(this.#closed())
    // One that cannot be opened has nothing to close, and has told who asked for it.
    const table = await this.#synchronizer?.catch(() => undefined)
    await table?.close(options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #see(table: TableSynchronizer): ReaderGroupState {
    const state = stateOf(String(this.#table), table.view)
    if (state === undefined) throw gone(this.#table, 'it is not a reader group')
    this.#state = state
    return this.#watchers.show(state)
  }

  async #using<T>(call: CallOptions | undefined, work: (rest: () => CallOptions) => Promise<T>): Promise<T> {
    if (this.#end.signal.aborted) throw this.#closed()
    using deadline = new Deadline(`Using the state of a reader group in table ${this.#table}`, call, CALL_MS)
    deadline.check()
    try {
      return await deadline.race(work(() => deadline.rest()))
    } catch (error) {
      throw PravegaError.is(error, 'NO_SUCH_SEGMENT') ? gone(this.#table, 'its table does not exist', error) : error
    }
  }

  /** Without the options of a call: others may wait for the same opening. */
  #open(create: boolean): Promise<TableSynchronizer> {
    const call = { signal: this.#end.signal }
    this.#synchronizer ??= openTableSynchronizer(this.#store, this.#table, { create }, call).catch((error: unknown) => {
      this.#synchronizer = undefined
      throw error
    })
    return this.#synchronizer
  }

  #closed(): PravegaError {
    return new PravegaError('CLOSED', `This use of the state in table ${this.#table} is closed. Open the group again`)
  }
}

function gone(table: ScopedSegment, why: string, cause?: unknown): PravegaError {
  return new PravegaError(
    'READER_GROUP_NOT_FOUND',
    `The reader group of table ${table} has no state: ${why}. Create the group, or end its readers`,
    { details: { subject: String(table) }, cause },
  )
}

function noEnds(table: ScopedSegment): PravegaError {
  return new PravegaError(
    'OPERATION_UNSUPPORTED',
    `The reader group of table ${table} cannot have ends: the table has no place for them. Use a group with stateStore: 'log'`,
  )
}
