import {
  type ByteReader,
  type ByteReaderOptions,
  type ByteWriter,
  type ByteWriterOptions,
  openByteReader,
  openByteWriter,
} from '@pravega-ts/byte-client'
import { type ClientConfig, type ClientConfigOptions, resolveClientConfig } from '@pravega-ts/config'
import { type Controller, createController } from '@pravega-ts/controller-client'
import { type CloseOptions, PravegaError } from '@pravega-ts/model'
import { SegmentStore } from '@pravega-ts/segment-client'
import type { Dial } from '@pravega-ts/wire-protocol'
import { StreamManager } from './stream-manager.ts'
import { type ByteTarget, byteTargetOf } from './targets.ts'

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
 * await using writer = await factory.createByteWriter('demo/bytes')
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
   * Closes everything that was made here: writers finish what they have taken on, readers end, connections are given back.
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
