import type { RetryPolicy } from '@pravega-ts/config'
import type { ReaderGroupName } from '@pravega-ts/controller-client'
import type { Serializer } from '@pravega-ts/event-client'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { StateStore } from '../stores/state-store.ts'
import type { ReaderClock } from './reader-clock.ts'

/** Options of an event reader. */
export interface EventReaderOptions<T> {
  /** Default: bytes, as they are. */
  readonly serializer?: Serializer<T> | undefined
  /** Bytes that are read ahead, of all segments together. Default 8 MiB. */
  readonly readAheadBytes?: number | undefined
  /** Bytes to ask for at a time, 8 to 2097152. Default 1 MiB. */
  readonly requestLength?: number | undefined
  /**
   * Most bytes of an event, 2097152 to 2147483647: reading a larger one fails with `EVENT_TOO_LARGE` before memory is taken for it.
   * Default 1 GiB, which is as much as writers write.
   */
  readonly maxEventBytes?: number | undefined
  /**
   * What happens when somebody makes a checkpoint. `'answer'`: it is answered with what is acknowledged, at the next look at the
   * group's state, without bothering the application. `'deliver'`: `read` and `items` give it as an item, between two events, and it
   * is answered when the application asks for the next one; the other ways of reading answer it at that place by themselves. Silent
   * checkpoints are answered at once in any case. Default `'answer'`.
   */
  readonly checkpoints?: 'answer' | 'deliver' | undefined
  /**
   * Whether a reader that was taken offline by another member, or whose group was reset, joins again by itself. What it had not
   * acknowledged comes again, to it or to other readers. Default `false`: reading fails with `READER_OFFLINE` or `READER_GROUP_RESET`.
   */
  readonly autoRejoin?: boolean | undefined
  /**
   * Milliseconds to wait before the first segments are acquired, and a random part of that again: readers that are started together
   * share the segments at once. Default 0.
   */
  readonly initialAllocationDelayMs?: number | undefined
  /** How lost connections to segments are replaced. Default: the policy of the configuration, with attempts without end. */
  readonly retry?: Partial<RetryPolicy> | undefined
  /** Milliseconds that one look at the group's state, or one change of it, may take. Default 120000. */
  readonly stateTimeoutMs?: number | undefined
  /** Unit of the delays between two decisions about acquiring or releasing, in milliseconds. Default 1000, as other clients have it. */
  readonly balanceUnitMs?: number | undefined
}

/** What {@link openEventReader} works with. */
export interface EventReaderParts {
  readonly store: ReaderGroupStore
  /** For this reader alone; it closes it. */
  readonly state: StateStore
  readonly group: ReaderGroupName
  /** Unique among the readers of the group that are online. Default: a random one. */
  readonly readerId?: string | undefined
  /** Default: the time of this process. */
  readonly clock?: ReaderClock | undefined
}
