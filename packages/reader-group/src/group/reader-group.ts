import type { CallOptions, StreamCut } from '@pravega-ts/model'
import type { Checkpoint } from '../codec/checkpoint.ts'
import type { ReaderPosition } from '../codec/reader-position.ts'
import type { EventReader } from '../reader/event-reader.ts'
import type { EventReaderOptions } from '../reader/event-reader-options.ts'
import { openEventReader } from '../reader/open-event-reader.ts'
import type { GroupConfig } from '../state/group-config.ts'
import { lastCheckpointCuts, type StreamCuts, streamCutsOf } from '../state/positions.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import {
  type CheckpointReport,
  cancelOutstandingCheckpoints,
  checkpointReports,
  generateStreamCuts,
  initiateCheckpoint,
} from './checkpoint-calls.ts'
import { describeState, type ReaderGroupDescription } from './description.ts'
import type { ReaderGroupConfigOptions } from './group-config-options.ts'
import { callDeadline, type GroupContext } from './group-context.ts'
import { groupText } from './group-name.ts'
import { checkSegments } from './missing-segment.ts'
import { endOfData, type GroupNotice, groupNotices } from './notices.ts'
import type { StateStoreKind } from './other-kind.ts'
import { readerOffline } from './reader-offline.ts'
import { resetGroup, streamsFrom } from './reset.ts'
import { updateRetentionStreamCut } from './retention.ts'
import { unreadBytes } from './unread-bytes.ts'

/** Options of a reader that a group makes. */
export interface GroupReaderOptions<T> extends EventReaderOptions<T> {
  readonly readerId?: string | undefined
}

/**
 * A group of readers that share streams: each event goes to one of them. This object is not a reader: it looks at the group, changes
 * it and makes readers. Any number of them may exist, in any number of processes.
 *
 * Every call looks at the group's state first. All of them may fail with `READER_GROUP_NOT_FOUND` (it was deleted), `CORRUPT_STATE`,
 * `ABORTED`, `DEADLINE_EXCEEDED` (after 150 s, where nothing else is said), `CLOSED`, and with what the layers below fail with. What
 * a group in the table cannot do fails with `OPERATION_UNSUPPORTED`.
 */
export class ReaderGroup implements AsyncDisposable {
  readonly scope: string
  readonly name: string
  /** Where the group keeps its state. */
  readonly stateStore: StateStoreKind
  readonly #context: GroupContext

  /** @internal */
  constructor(context: GroupContext) {
    this.scope = context.group.scope
    this.name = context.group.name
    this.stateStore = context.kind
    this.#context = context
  }

  /** The configuration that the group has now. */
  async config(call?: CallOptions): Promise<GroupConfig> {
    return (await this.state(call)).config
  }

  /** Everything that the members share. For people, {@link ReaderGroup.describe} is the better form. */
  async state(call?: CallOptions): Promise<ReaderGroupState> {
    using deadline = callDeadline('Looking at', this.#context.group, call)
    return await this.#context.state.refresh(deadline.rest())
  }

  /** Readers with their segments and recorded offsets, segments that nobody reads, checkpoints and who holds them up. */
  async describe(call?: CallOptions): Promise<ReaderGroupDescription> {
    return describeState(this, this.stateStore, await this.state(call))
  }

  /** Ids of the readers that are online. A reader that has died is, until somebody takes it offline. */
  async readers(call?: CallOptions): Promise<readonly string[]> {
    return [...(await this.state(call)).assigned.keys()]
  }

  /**
   * Makes a reader, which joins the group at once.
   *
   * @param options - `readerId`: unique among the readers that are online; a reader that comes back after a crash may take its old id when that was
   * taken offline. Default: a random one.
   * @throws PravegaError `READER_EXISTS`; `READER_GROUP_STALE` when a stream was deleted, and perhaps made again, under the group
   */
  async createReader<T = Uint8Array>(options: GroupReaderOptions<T> = {}, call?: CallOptions): Promise<EventReader<T>> {
    const { store, group, state, newState } = this.#context
    const { readerId, ...rest } = options
    using deadline = callDeadline('Joining', group, call)
    await checkSegments(store, group, await state.refresh(deadline.rest()), () => deadline.rest())
    const parts = { store, group, state: newState(), readerId }
    return await openEventReader<T>(parts, rest, deadline.rest())
  }

  /**
   * Takes a reader out of the group: its segments go to the others. For readers that have died; one that is alive finds out at its next
   * look. Does nothing when the reader is not online.
   *
   * @param position - Where it was, from its `position()`: reading goes on there. Default: what is recorded, which is what it had
   * acknowledged at its last checkpoint; in a table group, a few seconds before it died. Segments that it does not own are passed over.
   * @returns whether it was online
   * @throws PravegaError `INVALID_ARGUMENT` for a position that cannot be read
   */
  async readerOffline(readerId: string, position?: ReaderPosition | string, call?: CallOptions): Promise<boolean> {
    return await readerOffline(this.#context, readerId, position, call)
  }

  /**
   * Makes a checkpoint and waits until all readers that are online have answered it: a position of the whole group that each reader agrees
   * with. Readers answer when they look at the state, those that show checkpoints to the application when that goes on.
   *
   * @param name - Unique among the group's checkpoints. Default: a random one.
   * @param call - `timeoutMs`: default 60000. The error names the readers that are late; the checkpoint stays under way.
   * @throws PravegaError `CHECKPOINT_REFUSED` when too many are under way, or there is one of that name, `CHECKPOINT_FAILED` when
   * it is cancelled or cleared meanwhile, `DEADLINE_EXCEEDED`
   */
  async initiateCheckpoint(name?: string, call?: CallOptions): Promise<Checkpoint> {
    return await initiateCheckpoint(this.#context, name, call)
  }

  /** The checkpoints that the group remembers, oldest first, each with the readers that hold it up. */
  async checkpoints(call?: CallOptions): Promise<readonly CheckpointReport[]> {
    return checkpointReports(await this.state(call))
  }

  /** How far a checkpoint is, and the readers that hold it up. Undefined: the group does not remember it. */
  async checkpointStatus(name: string, call?: CallOptions): Promise<CheckpointReport | undefined> {
    return (await this.checkpoints(call)).findLast(checkpoint => checkpoint.name === name)
  }

  /**
   * Cancels all checkpoints that are under way, but not the silent ones. Who waits for them gets `CHECKPOINT_FAILED`. Java members older
   * than 0.13 cannot read the record that this writes.
   *
   * @returns their names
   */
  async cancelOutstandingCheckpoints(call?: CallOptions): Promise<readonly string[]> {
    return await cancelOutstandingCheckpoints(this.#context, call)
  }

  /**
   * Makes the group begin anew with another configuration. Readers that are online find themselves offline with
   * `READER_GROUP_RESET`.
   *
   * @param changes - What changes; the rest stays. `reset()` begins again where the group is configured to begin.
   * @throws PravegaError `INVALID_ARGUMENT`, `STREAM_NOT_FOUND`
   */
  async reset(changes: Partial<ReaderGroupConfigOptions> = {}, call?: CallOptions): Promise<void> {
    await resetGroup(this.#context, () => changes, call)
  }

  /**
   * Makes the group begin anew at a checkpoint of its own, which stays its configured beginning.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for one with streams that the group does not read
   */
  async resetToCheckpoint(checkpoint: Checkpoint, call?: CallOptions): Promise<void> {
    await this.resetToStreamCuts(checkpoint.cuts.values(), call)
  }

  /** Makes the group begin anew at its last complete checkpoint; where it is configured to begin when there is none. */
  async resetToLastCheckpoint(call?: CallOptions): Promise<void> {
    await resetGroup(
      this.#context,
      state => ({ streams: streamsFrom(state.config, lastCheckpointCuts(state)?.values() ?? []) }),
      call,
    )
  }

  /**
   * Makes the group begin anew at these cuts; streams without one where they are configured to begin.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for cuts of streams that the group does not read
   */
  async resetToStreamCuts(cuts: Iterable<StreamCut>, call?: CallOptions): Promise<void> {
    const given = [...cuts]
    await resetGroup(this.#context, ({ config }) => ({ streams: streamsFrom(config, given) }), call)
  }

  /** As {@link ReaderGroup.resetToStreamCuts}, for one stream. */
  async resetToStreamCut(cut: StreamCut, call?: CallOptions): Promise<void> {
    await this.resetToStreamCuts([cut], call)
  }

  /** The recorded positions, one cut for each stream (`scope/stream`): where reading would go on if all readers died now. */
  async streamCuts(call?: CallOptions): Promise<StreamCuts> {
    return streamCutsOf(await this.state(call))
  }

  /**
   * The positions as they are now, one cut for each stream (`scope/stream`): asks all readers that are online, and waits for them.
   *
   * @param call - `timeoutMs`: default 60000. The error names the readers that are late.
   * @throws PravegaError `DEADLINE_EXCEEDED`, `CHECKPOINT_FAILED` when the group has nothing left to read
   */
  async generateStreamCuts(call?: CallOptions): Promise<StreamCuts> {
    return await generateStreamCuts(this.#context, call)
  }

  /**
   * Bytes that the group has not read yet, up to its ends or the tails of its streams: from where segments without a reader will be read
   * on, and from what the readers of the others have told or recorded. Headers of events count (8 bytes each); what was truncated away
   * does not.
   */
  async unreadBytes(call?: CallOptions): Promise<bigint> {
    const { store, group, state } = this.#context
    using deadline = callDeadline('Counting the unread bytes of', group, call)
    return await unreadBytes(store, await state.refresh(deadline.rest()), deadline)
  }

  /**
   * For a group with `retention: 'manual'`: lets streams drop what is before these cuts.
   *
   * @throws PravegaError `OPERATION_UNSUPPORTED` for other groups, `STREAM_CUT_INVALID` for a cut before the one told last, `SUBSCRIBER_NOT_FOUND`
   */
  async updateRetentionStreamCut(cuts: Iterable<StreamCut> | StreamCut, call?: CallOptions): Promise<void> {
    await updateRetentionStreamCut(this.#context, Symbol.iterator in cuts ? cuts : [cuts], call)
  }

  /**
   * Whether the group's segments belong to its streams as they are now: they do not when a stream was deleted, and perhaps made again, under
   * the group.
   *
   * @throws PravegaError `READER_GROUP_STALE`, with what to do
   */
  async checkSegments(call?: CallOptions): Promise<void> {
    const { store, group, state } = this.#context
    using deadline = callDeadline('Checking the segments of', group, call)
    await checkSegments(store, group, await state.refresh(deadline.rest()), () => deadline.rest())
  }

  /**
   * Resolves when everything is read by all readers: up to the ends of the group, or of streams that were sealed. Waits without limit unless the call
   * has one.
   */
  async endOfData(call?: CallOptions): Promise<void> {
    await endOfData(this.#context, call)
  }

  /** Tells how many segments are read by how many readers whenever that changes, and at last that everything is read. */
  notices(call?: CallOptions): AsyncIterableIterator<GroupNotice> {
    return groupNotices(this.#context, call)
  }

  /** Ends the use of this object. The group and its readers stay. May be called again. */
  async close(): Promise<void> {
    await this.#context.state.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** `scope/name` */
  toString(): string {
    return groupText(this)
  }
}
