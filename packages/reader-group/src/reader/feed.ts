import type { SegmentSlice } from '@pravega-ts/event-client'
import type { CallOptions, PravegaError } from '@pravega-ts/model'
import type { SliceReturn } from './event-cursor.ts'
import type { OwnedSegment } from './owned-segment.ts'
import type { Taken } from './segment-owner.ts'

/** What a reader has next. */
export type Fed<T> =
  | Taken<T>
  | { readonly kind: 'checkpoint'; readonly checkpoint: string }
  /** Nothing came in the time that was given. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'endOfData' }
  /** The application has closed the reader, or taken it offline. */
  | { readonly kind: 'ended'; readonly cause: PravegaError }

/** Where the ways of reading get what they hand out, and bring it back to. */
export interface Feed<T> extends SliceReturn<T> {
  /**
   * The next thing, whatever it is.
   *
   * @throws PravegaError `ABORTED`, and what reading fails with
   */
  next(call: CallOptions | undefined): Promise<Fed<T>>
  /**
   * The next slice; what is no event is dealt with.
   *
   * @throws PravegaError as `next`
   */
  nextSlice(call: CallOptions | undefined): Promise<FedSlice<T>>
  /** The application is done with its part of a checkpoint. */
  answer(checkpoint: string): void
  /** It was not: the checkpoint is to be given again. */
  undeliver(checkpoint: string): void
}

export type FedSlice<T> =
  | { readonly kind: 'slice'; readonly owned: OwnedSegment<T>; readonly slice: SegmentSlice<T> }
  | Extract<Fed<T>, { kind: 'idle' | 'endOfData' | 'ended' }>
