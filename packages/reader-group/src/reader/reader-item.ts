import type { ReceivedEvent } from '@pravega-ts/event-client'
import type { ScopedSegment } from '@pravega-ts/model'

/** Everything that a reader can come across. */
export type ReaderItem<T> =
  | { readonly kind: 'event'; readonly event: ReceivedEvent<T> }
  | {
      /**
       * Somebody makes a checkpoint: only with `checkpoints: 'deliver'`. All events given before belong to it. The next read says that
       * the application is done with its part.
       */
      readonly kind: 'checkpoint'
      readonly checkpoint: string
    }
  /** Nothing came in the time that was given. */
  | { readonly kind: 'idle' }
  | {
      /** Events were truncated away before they were read; reading goes on at `to`. */
      readonly kind: 'truncated'
      readonly segment: ScopedSegment
      readonly from: bigint
      readonly to: bigint
    }
  /** A segment was read to its end, or to where the group ends. */
  | { readonly kind: 'segmentEnd'; readonly segment: ScopedSegment }
  /** Everything that the group is to read was read and acknowledged, by all readers together. */
  | { readonly kind: 'endOfData' }
