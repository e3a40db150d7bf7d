import type { CallOptions, CloseOptions } from '@pravega-ts/model'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import type { Init, ReaderGroupUpdate } from '../state/updates.ts'

/** Updates that a look at the state has led to, and what the caller of `transact` gets when they are written. */
export interface Decision<R> {
  /** Applied together, in this order, or not at all. None: nothing is written. */
  readonly updates: readonly ReaderGroupUpdate[]
  readonly result: R
}

/** What a store can keep. Updates that it cannot keep are refused with `OPERATION_UNSUPPORTED`. */
export interface StoreFeatures {
  /** Name for messages: `log`, `table`, `memory`. */
  readonly kind: string
  /** Checkpoints, resets, event ends, last positions: everything but assignment and recorded offsets. */
  readonly checkpoints: boolean
}

/**
 * Where the members of one group share their state. Each member has its own; it knows the state as of its last look.
 *
 * Every update goes through the reducer before it is written, so that an illegal one is refused and never seen by others.
 */
export interface StateStore extends AsyncDisposable {
  readonly features: StoreFeatures
  /** As of the last look; undefined before the first one. */
  readonly state: ReaderGroupState | undefined
  /**
   * Writes the first state. Resolves to `false` when there was one already.
   */
  initialize(init: Init, call?: CallOptions): Promise<boolean>
  /**
   * Looks at what others have written.
   *
   * @throws PravegaError `READER_GROUP_NOT_FOUND` when the state is gone or was never written, `CORRUPT_STATE`
   */
  refresh(call?: CallOptions): Promise<ReaderGroupState>
  /**
   * Writes what `decide` makes of the state, if nobody has written since; otherwise looks again and decides anew. `decide` is pure
   * and may run many times.
   *
   * @throws PravegaError `ILLEGAL_STATE_UPDATE` when the updates do not fit the state, `READER_GROUP_NOT_FOUND`, what `decide` throws
   */
  transact<R>(decide: (state: ReaderGroupState) => Decision<R>, call?: CallOptions): Promise<R>
  /**
   * Writes an update that is legal in every state, without looking: `removeReader`, `updateDistanceToTail`, `updatingConfig`, and all of
   * checkpoints but `checkpointReader`. `state` need not show it before the next look. A store without checkpoints takes the offsets of
   * `updateDistanceToTail` for recorded positions, so they must be acknowledged ones.
   *
   * @throws PravegaError `ILLEGAL_STATE_UPDATE` for any other update, `READER_GROUP_NOT_FOUND`
   */
  append(update: ReaderGroupUpdate, call?: CallOptions): Promise<void>
  /**
   * Calls `look` with every state that this member comes through until the result is disposed of: also with those between two looks, as far
   * as the store tells them apart, and with what it is about to write.
   */
  watch(look: (state: ReaderGroupState) => void): Disposable
  /** Makes the store smaller where that is due. Resolves to whether it was done. */
  compact(call?: CallOptions): Promise<boolean>
  /** Ends this member's use of it; the state stays. With `force` nothing that is under way is waited for. */
  close(options?: CloseOptions): Promise<void>
}
