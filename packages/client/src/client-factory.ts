import {
  type ByteReader,
  type ByteReaderOptions,
  type ByteWriter,
  type ByteWriterOptions,
  openByteReader,
  openByteWriter,
} from '@pravega-ts/byte-client'
import { type ClientConfig, type ClientConfigOptions, resolveClientConfig } from '@pravega-ts/config'
import {
  type Controller,
  createController,
  type ListOptions,
  type ReaderGroupName,
} from '@pravega-ts/controller-client'
import {
  type EventPointer,
  type EventWriter,
  type EventWriterOptions,
  fetchEvent,
  openEventWriter,
  type ReceivedEvent,
  type Serializer,
} from '@pravega-ts/event-client'
import { type CallOptions, type CloseOptions, Deadline, PravegaError } from '@pravega-ts/model'
import {
  createReaderGroup,
  deleteReaderGroup,
  type EventReader,
  type GroupReaderOptions,
  listReaderGroups,
  type OpenReaderGroupOptions,
  openReaderGroup,
  type ReaderGroup,
  type ReaderGroupOptions,
} from '@pravega-ts/reader-group'
import { SegmentStore } from '@pravega-ts/segment-client'
import {
  openRevisionedStream,
  openStateSynchronizer,
  openTable,
  openTableSynchronizer,
  type RevisionedCodec,
  type RevisionedStream,
  type StateModel,
  type StateSynchronizer,
  type SynchronizerOptions,
  type Table,
  type TableAddress,
  type TableOptions,
  type TableSynchronizer,
  type TableSynchronizerOptions,
} from '@pravega-ts/synchronizer'
import {
  openTransactionalEventWriter,
  type TransactionalEventWriter,
  type TransactionalEventWriterOptions,
} from '@pravega-ts/transactions'
import type { Dial } from '@pravega-ts/wire-protocol'
import { StreamManager } from './stream-manager.ts'
import { type ByteTarget, byteTargetOf, type GroupTarget, type StreamTarget, streamOf, tableOf } from './targets.ts'

/** Parts that replace those that the factory would make. */
export interface ClientFactoryParts {
  /** Stays open when the factory is closed: it belongs to whoever made it. */
  readonly controller?: Controller | undefined
  /** Opens sockets to segment stores. Default: TCP, or TLS where the configuration says so. */
  readonly dial?: Dial | undefined
}

/**
 * The way in: knows a cluster and makes writers, readers and the stream manager, which share its connections.
 *
 * @example
 * ```ts
 * await using factory = await ClientFactory.create('tcp://localhost:9090')
 * await using writer = await factory.createEventWriter('demo/events')
 * await writer.writeEvent(Buffer.from('hello world'), { routingKey: 'greetings' })
 * await using reader = await factory.createReader('demo/readers')
 * for await (const event of reader) console.log(event.value)
 * ```
 */
export class ClientFactory implements AsyncDisposable {
  readonly config: ClientConfig
  /** The layer below, for what the factory does not offer. */
  readonly controller: Controller
  /** The layer below, for what the factory does not offer. */
  readonly segmentStore: SegmentStore
  readonly #ownsController: boolean
  readonly #manager: StreamManager
  #closing: Promise<void> | undefined

  private constructor(config: ClientConfig, { controller, dial }: ClientFactoryParts) {
    this.config = config
    this.#ownsController = controller === undefined
    this.controller = controller ?? createController(config)
    this.segmentStore = new SegmentStore({ config, controller: this.controller, ...(dial !== undefined && { dial }) })
    this.#manager = new StreamManager(this.controller, this.segmentStore)
  }

  /**
   * Connects to nothing yet: the first call that needs a server does.
   *
   * @param options - Configuration, or only the controller URI. What is left out comes from the environment, then from
   * defaults (`tcp://localhost:9090`).
   * @throws PravegaError `INVALID_CONFIG`
   */
  static async create(
    options: ClientConfigOptions | string = {},
    parts: ClientFactoryParts = {},
  ): Promise<ClientFactory> {
    return new ClientFactory(resolveClientConfig(options), parts)
  }

  /** Creates, changes, looks at and deletes scopes and streams. Always the same one. */
  streamManager(): StreamManager {
    return this.#manager
  }

  /**
   * A writer for a stream of one segment.
   *
   * @param target - Stream or segment, as a noun or as text.
   * @throws PravegaError `STREAM_NOT_FOUND`, `MULTIPLE_SEGMENTS`, `STREAM_SEALED`, `SEGMENT_SEALED`, `CLOSED`
   */
  async createByteWriter(target: ByteTarget, options: ByteWriterOptions = {}): Promise<ByteWriter> {
    this.#checkOpen()
    return openByteWriter(this.segmentStore, byteTargetOf(target), options)
  }

  /**
   * A reader for a stream of one segment. It begins at the head.
   *
   * @param target - Stream or segment, as a noun or as text.
   * @throws PravegaError `STREAM_NOT_FOUND`, `MULTIPLE_SEGMENTS`, `CLOSED`
   */
  async createByteReader(target: ByteTarget, options: ByteReaderOptions = {}): Promise<ByteReader> {
    this.#checkOpen()
    return openByteReader(this.segmentStore, byteTargetOf(target), options)
  }

  /**
   * A writer of events.
   *
   * @param target - Stream, as a noun or as text.
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `CLOSED`
   */
  async createEventWriter<T = Uint8Array>(
    target: StreamTarget,
    options: EventWriterOptions<T> = {},
    call?: CallOptions,
  ): Promise<EventWriter<T>> {
    this.#checkOpen()
    return openEventWriter(this.segmentStore, streamOf(target), options, call)
  }

  /**
   * A writer whose events appear together, or not at all: it begins transactions, opens those of other processes, and keeps both alive.
   *
   * @param target - Stream, as a noun or as text.
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `INVALID_ARGUMENT` for an option, `CLOSED`
   */
  async createTransactionalEventWriter<T = Uint8Array>(
    target: StreamTarget,
    options: TransactionalEventWriterOptions<T> = {},
    call?: CallOptions,
  ): Promise<TransactionalEventWriter<T>> {
    this.#checkOpen()
    return openTransactionalEventWriter(this.segmentStore, streamOf(target), options, call)
  }

  /**
   * A reader of a group that exists, which joins it at once: {@link ClientFactory.openReaderGroup}, then `createReader`.
   *
   * @param target - The group, in two parts or as `scope/group`.
   * @throws PravegaError `READER_GROUP_NOT_FOUND`, `READER_EXISTS`, `READER_GROUP_STALE` when a stream was deleted under the group,
   * `READER_GROUP_OTHER_STORE`, `CLOSED`
   */
  async createReader<T = Uint8Array>(
    target: GroupTarget,
    options: GroupReaderOptions<T> & OpenReaderGroupOptions = {},
    call?: CallOptions,
  ): Promise<EventReader<T>> {
    this.#checkOpen()
    const { stateStore, ...rest } = options
    using deadline = new Deadline('Creating a reader', call)
    // The reader looks at the group by itself.
    await using group = await openReaderGroup(this.segmentStore, target, { stateStore }, deadline.rest())
    return await group.createReader<T>(rest, deadline.rest())
  }

  /**
   * Creates a reader group, unless it exists already with this configuration; then it is opened. All processes that take part in a
   * group may call it, at any time.
   *
   * @param target - The group's name, in two parts or as `scope/group`.
   * @throws PravegaError `READER_GROUP_CONFIG_MISMATCH` when there is one that reads something else, `READER_GROUP_OTHER_STORE`,
   * `SCOPE_NOT_FOUND`, `STREAM_NOT_FOUND`, `CLOSED`
   */
  async createReaderGroup(target: GroupTarget, options: ReaderGroupOptions, call?: CallOptions): Promise<ReaderGroup> {
    this.#checkOpen()
    return (await createReaderGroup(this.segmentStore, target, options, call)).group
  }

  /**
   * Opens a reader group that exists: to make readers, to look at it, to change it.
   *
   * @throws PravegaError `READER_GROUP_NOT_FOUND`, `READER_GROUP_OTHER_STORE`, `CLOSED`
   */
  async openReaderGroup(
    target: GroupTarget,
    options: OpenReaderGroupOptions = {},
    call?: CallOptions,
  ): Promise<ReaderGroup> {
    this.#checkOpen()
    return openReaderGroup(this.segmentStore, target, options, call)
  }

  /**
   * Deletes a reader group with its positions. Its streams stay.
   *
   * @returns `false`: there was none
   */
  async deleteReaderGroup(
    target: GroupTarget,
    options: OpenReaderGroupOptions = {},
    call?: CallOptions,
  ): Promise<boolean> {
    this.#checkOpen()
    return deleteReaderGroup(this.segmentStore, target, options, call)
  }

  /**
   * The reader groups of a scope. Those in the format of the Rust client cannot be listed: nobody keeps a list of them.
   *
   * @throws PravegaError `SCOPE_NOT_FOUND`, `CLOSED`
   */
  listReaderGroups(scope: string, options: Omit<ListOptions, 'includeInternal'> = {}): AsyncIterable<ReaderGroupName> {
    this.#checkOpen()
    return listReaderGroups(this.segmentStore, scope, options)
  }

  /**
   * Reads one event again, by the pointer that came with it.
   *
   * @param pointer - `event.pointer`, or its text.
   * @throws PravegaError `SEGMENT_TRUNCATED`, `NO_SUCH_SEGMENT`, `CORRUPT_EVENT` when no event of that length is there, `CLOSED`
   */
  async fetchEvent<T = Uint8Array>(
    pointer: EventPointer | string,
    serializer?: Serializer<T>,
    call?: CallOptions,
  ): Promise<ReceivedEvent<T>> {
    this.#checkOpen()
    return fetchEvent(this.segmentStore, pointer, serializer, call)
  }

  /**
   * Values over a stream of one segment, in one order that all writers agree on.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `MULTIPLE_SEGMENTS`, `CLOSED`
   */
  async createRevisionedStream<T>(
    target: ByteTarget,
    codec: RevisionedCodec<T>,
    options?: SynchronizerOptions,
    call?: CallOptions,
  ): Promise<RevisionedStream<T>> {
    this.#checkOpen()
    return openRevisionedStream(this.segmentStore, byteTargetOf(target), codec, options, call)
  }

  /**
   * A state that its members share over a stream of one segment.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `MULTIPLE_SEGMENTS`, `CLOSED`
   */
  async createStateSynchronizer<S, I, U>(
    target: ByteTarget,
    model: StateModel<S, I, U>,
    options?: SynchronizerOptions,
    call?: CallOptions,
  ): Promise<StateSynchronizer<S, I, U>> {
    this.#checkOpen()
    return openStateSynchronizer(this.segmentStore, byteTargetOf(target), model, options, call)
  }

  /**
   * A table of keys and values with versions; made if it is not there.
   *
   * @param target - Its name, in two parts or as `scope/table`; or the table segment.
   */
  async openTable<K, V>(
    target: TableAddress | string,
    options: TableOptions<K, V>,
    call?: CallOptions,
  ): Promise<Table<K, V>> {
    this.#checkOpen()
    return openTable(this.segmentStore, tableOf(target), options, call)
  }

  /** A table as a map of maps that its members share; made if it is not there. See {@link ClientFactory.openTable}. */
  async openTableSynchronizer(
    target: TableAddress | string,
    options?: TableSynchronizerOptions,
    call?: CallOptions,
  ): Promise<TableSynchronizer> {
    this.#checkOpen()
    return openTableSynchronizer(this.segmentStore, tableOf(target), options, call)
  }

  /**
   * Closes everything that was made here: writers finish what they have taken on, readers of groups leave with what is acknowledged, all
   * readers end, connections are given back.
   * Nothing holds the process after that. With `force` nothing is waited for. May be called again.
   *
   * @throws PravegaError why something that a writer had taken on is not durable
   */
  close(options: CloseOptions = {}): Promise<void> {
    // Also ends a close that is waiting.
    if (options.force === true && this.#closing !== undefined) void this.#closeLayers(options).catch(() => {})
    this.#closing ??= this.#closeLayers(options)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The segment store knows all writers and readers, and they may ask the controller until they have ended. */
  async #closeLayers(options: CloseOptions): Promise<void> {
    try {
      await this.segmentStore.close(options)
    } finally {
      if (this.#ownsController) await this.controller.close(options)
    }
  }

  #checkOpen(): void {
    if (this.#closing === undefined) return
    throw new PravegaError('CLOSED', 'The client factory is closed; make a new one with ClientFactory.create().')
  }
}
