import type { CallOptions, CloseOptions, ScopedSegment } from '@pravega-ts/model'
import type { Revision } from './revision.ts'

/**
 * What the shared state is, how updates change it, and how both become bytes. All of it must be deterministic and free of side
 * effects: every member runs it, and some of it many times.
 */
export interface StateModel<S, I, U> {
  encodeInitial(initial: I): Uint8Array
  /**
   * @param bytes - A view on received memory; copy what is kept. Java members write zero bytes behind it: where they are members,
   * find the end by what is in it.
   */
  decodeInitial(bytes: Uint8Array): I
  encodeUpdate(update: U): Uint8Array
  /** @param bytes - The update, exactly. A view on received memory; copy what is kept. */
  decodeUpdate(bytes: Uint8Array): U
  /** The state that a full state stands for. `previous` is the state before it, undefined when this is the first one seen. */
  begin(initial: I, previous: S | undefined): S
  /**
   * The state after an update. Must not change `state`.
   *
   * @throws anything, to refuse an update that does not fit the state
   */
  apply(state: S, update: U): S
}

/** What a look at the state has led to. */
export interface StateDecision<U, R> {
  /** Written as one record: applied together, in this order, or not at all. None: nothing is written. */
  readonly updates: readonly U[]
  readonly result: R
}

/**
 * A state that many members share: each has a copy, made of the updates in one segment, and changes it by writing an update on
 * the condition that nobody else has written since.
 *
 * All calls may fail with `ABORTED`, `DEADLINE_EXCEEDED`, `CLOSED`, `NO_SUCH_SEGMENT` (the stream was deleted), `TOKEN_REFUSED`,
 * `RETRIES_EXHAUSTED`. Calls may overlap; they are carried out one after the other.
 */
export interface StateSynchronizer<S, I, U> extends AsyncDisposable {
  readonly segment: ScopedSegment
  /** As of the last look; undefined before the first one, and while nobody has initialized it. */
  readonly state: S | undefined
  /** Behind the last update that is in {@link state}. */
  readonly revision: Revision | undefined
  /** Bytes of updates since the full state that {@link state} was made from; 0 without a state. */
  readonly bytesSinceCompaction: bigint

  /**
   * Writes the first state, if there is none. Resolves to whether this call has written it; either way {@link state} is there
   * then.
   *
   * @throws PravegaError `SEGMENT_SEALED`, `SERIALIZATION_FAILED`, `CORRUPT_STATE`
   */
  initialize(initial: I, call?: CallOptions): Promise<boolean>
  /**
   * Reads everything that was written before the call. With nothing new that is one small request. Resolves to the state;
   * undefined: nobody has initialized it.
   *
   * @throws PravegaError `CORRUPT_STATE` when a record cannot be understood or applied. {@link state} stays as it was before that
   * record, and every call that reads fails so until there is a full state behind it
   */
  fetchUpdates(call?: CallOptions): Promise<S | undefined>
  /**
   * Writes what the generator makes of the state, unless somebody else has written since; otherwise reads on and asks the generator
   * again. Does not look for news first. Resolves to the result of the run that was written. After `ABORTED` or
   * `DEADLINE_EXCEEDED` the updates may still be written.
   *
   * @param generator - Pure; may run many times. What it throws ends the call.
   * @throws PravegaError `ILLEGAL_STATE_UPDATE` when the model refuses an update, which is then not written (a PravegaError that the
   * model throws goes through as it is), `ILLEGAL_REQUEST` when there is no state, `SERIALIZATION_FAILED`, `SEGMENT_SEALED`,
   * `CORRUPT_STATE`, `INVALID_ARGUMENT` for updates of more than 8388608 bytes
   */
  updateState<R>(generator: (state: S) => StateDecision<U, R>, call?: CallOptions): Promise<R>
  /**
   * Writes updates that fit every state, without looking. {@link state} does not show them before the next read. Resolves when
   * they are durable.
   *
   * @throws PravegaError as `updateState`, except for what the model would refuse: that is written, and harms all members
   */
  updateUnconditionally(updates: readonly U[], call?: CallOptions): Promise<void>
  /**
   * Writes the state as a full one, from which members that come later begin, and drops what stands before the full state that
   * they began from so far. Resolves to whether it was written: not when `compaction` returns undefined, nor when somebody else has
   * written one meanwhile.
   *
   * @param compaction - Pure; may run many times.
   * @throws PravegaError as `updateState`
   */
  compact(compaction: (state: S) => I | undefined, call?: CallOptions): Promise<boolean>

  /**
   * Finishes what is being written, for up to `timeouts.closeMs`, and gives the connection back. Other calls end with `CLOSED`. With `force`
   * nothing is waited for. The state stays.
   */
  close(options?: CloseOptions): Promise<void>
}
