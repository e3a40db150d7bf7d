import type { RetryPolicy } from '@pravega-ts/config'
import type { CallOptions, CloseOptions, PravegaError, WriterId } from '@pravega-ts/model'
import type { AppendBlock, UnackedBlock } from './append/append-block.ts'
import type { SegmentReference } from './segment-name.ts'

/** Options of a segment writer. */
export interface SegmentWriterOptions {
  /** Default: a new one. Give one only to go on where another writer with this id has ended. */
  readonly writerId?: WriterId | undefined
  /**
   * Makes every append conditional: it is stored only where the append before ended, the first one at this offset, so that
   * writers cannot interleave. Default: no condition, appends go to the end of the segment.
   */
  readonly expectedOffset?: number | bigint | undefined
  /** Most bytes that travel as one append, 1 to 8388616. Default 1 MiB; 4 MiB with `expectedOffset`, where only one is under way at a time. */
  readonly maxBlockBytes?: number | undefined
  /** Bytes that are taken on before they are acknowledged; more of them wait. Default 16 MiB. */
  readonly maxInFlightBytes?: number | undefined
  /** How lost connections are replaced. Default: the policy of the configuration with attempts without end. */
  readonly retry?: Partial<RetryPolicy> | undefined
  /** Default time for a call, in milliseconds. Default 300000 (five minutes); `Infinity` waits for ever. */
  readonly timeoutMs?: number | undefined
  /**
   * Told once when the writer can append no more: the segment is sealed or gone, its token was refused, or attempts are used
   * up. Inside of this call {@link SegmentWriter.takeUnacked} hands over what was not acknowledged.
   */
  readonly onEnd?: ((cause: PravegaError, writer: SegmentWriter) => void) | undefined
  /**
   * Told the outcome of each block, in order, just before those who wait for it are told; `pendingBytes` does not count the block
   * any more. Not told of blocks that {@link SegmentWriter.takeUnacked} has handed over. Must not throw.
   */
  readonly onSettled?: ((block: AppendBlock, error: PravegaError | undefined) => void) | undefined
}

/** Options of one append. */
export interface AppendOptions extends CallOptions {
  /** The bytes are not changed any more by the caller, so they need not be copied. Default `false`. */
  readonly owned?: boolean | undefined
}

/**
 * - `idle`: nothing to append, no connection
 * - `connecting`: a connection is being made
 * - `ready`: appends are sent
 * - `conflict`: a conditional append was refused, see {@link SegmentWriter.reset}
 * - `closing`: no more appends are taken, those that were are finished
 * - `closed`: nothing is appended any more, see {@link SegmentWriter.cause}
 */
export type SegmentWriterState = 'idle' | 'connecting' | 'ready' | 'conflict' | 'closing' | 'closed'

/**
 * Appends to one segment: each append once, in the order of the calls, through any loss of connection.
 *
 * Appends are gathered in blocks. Several blocks are under way at a time (one, when appends are conditional). An acknowledged
 * block says that everything appended before it is durable too.
 */
export interface SegmentWriter extends AsyncDisposable {
  readonly segment: SegmentReference
  readonly writerId: WriterId
  readonly state: SegmentWriterState
  /** Why nothing can be appended any more. */
  readonly cause: PravegaError | undefined
  /** Where the next byte goes. Only known to a writer with `expectedOffset`. */
  readonly offset: bigint | undefined
  /** Length of the segment after the append of this writer that was acknowledged last, as far as that was told. */
  readonly acknowledgedOffset: bigint | undefined
  /** Bytes that were taken on and are not acknowledged. */
  readonly pendingBytes: number

  /**
   * Appends bytes, of any number; they may be split over blocks. Resolves when they are taken on (not yet durable): the caller
   * may then use its memory again, unless it said `owned`. Waits while too much is in flight; an error then says in
   * `details.accepted` how many of the bytes will be appended all the same.
   *
   * @throws PravegaError `CLOSED`, `CONDITIONAL_CHECK_FAILED`, `DEADLINE_EXCEEDED`, `ABORTED`, or why the writer ended
   */
  append(data: Uint8Array, options?: AppendOptions): Promise<void>

  /**
   * For appends that must not be split and should cost nothing: room for `length` bytes. Write them to {@link buffer} at the
   * returned position, then {@link commit}. -1: there is no room now, see {@link ready}; or the writer has just ended.
   *
   * @throws PravegaError as `append`, `INVALID_ARGUMENT` for a length above `maxBlockBytes` and above 8388616
   */
  reserve(length: number): number
  /** The memory that the last {@link reserve} points into. */
  readonly buffer: Uint8Array
  /** The block that the last {@link reserve} points into: the one that {@link commit} will return. */
  readonly block: AppendBlock
  /**
   * What was written after {@link reserve} is appended. Returns the block that it is in.
   *
   * @param length - Bytes that were written, at most those reserved.
   * @param events - Events that these bytes are.
   */
  commit(length: number, events: number): AppendBlock
  /** Resolves when `reserve(length)` will have room. */
  ready(length: number, call?: CallOptions): Promise<void>

  /**
   * Appends bytes if the segment then is exactly `expectedOffset` long. Resolves to whether it was; when the answer is lost,
   * finds out. Does not end or disturb the writer. After `ABORTED` or `DEADLINE_EXCEEDED` the append may still happen.
   */
  appendIf(expectedOffset: bigint, data: Uint8Array, call?: CallOptions): Promise<boolean>

  /**
   * Resolves when everything that was appended so far is durable.
   *
   * @throws PravegaError as `append`. After `DEADLINE_EXCEEDED` the writer goes on; flush again.
   */
  flush(call?: CallOptions): Promise<void>

  /**
   * Drops what was not sent yet, waits for the outcome of what was, and ends a conflict.
   * `pendingBytes` is 0 afterwards.
   */
  reset(call?: CallOptions): Promise<void>
  /**
   * Where the next append of a writer with `expectedOffset` is to go. Only while nothing is pending.
   *
   * @throws PravegaError `ILLEGAL_REQUEST` for another writer or while bytes are pending
   */
  seek(offset: bigint): void

  /** Takes over the blocks of a writer that has ended, with their promises, in order. Only inside of `onEnd`. */
  takeUnacked(): readonly UnackedBlock[]

  /**
   * Finishes what was appended, for up to `timeouts.closeMs`, and gives the connection back. With `force` what is not
   * acknowledged fails with `CLOSED`.
   *
   * @throws PravegaError why something that was appended is not durable, unless an earlier call has already said so
   */
  close(options?: CloseOptions): Promise<void>
}
