import { type ClientConfig, resolveClientConfig } from '@pravega-ts/config'
import type { Controller } from '@pravega-ts/controller-client'
import {
  type CallOptions,
  type CloseOptions,
  PravegaError,
  type ScalingPolicy,
  type ScopedSegment,
  type WriterId,
} from '@pravega-ts/model'
import { ConnectionPool, type Dial } from '@pravega-ts/wire-protocol'
import { PipelinedWriter } from './append/pipelined-writer.ts'
import { SlabPool } from './append/slab-pool.ts'
import { DelegationTokens } from './delegation-tokens.ts'
import { SegmentLocator } from './locator.ts'
import { LongPollReader } from './read/long-poll-reader.ts'
import type { SegmentPiece } from './read/read-result.ts'
import * as attributes from './requests/attribute-requests.ts'
import * as lifecycle from './requests/lifecycle-requests.ts'
import { read } from './requests/read-request.ts'
import type { SegmentInfo } from './segment-info.ts'
import type { SegmentReference, TransientSegment } from './segment-name.ts'
import type { SegmentReader, SegmentReaderOptions } from './segment-reader.ts'
import type { SegmentWriter, SegmentWriterOptions } from './segment-writer.ts'
import type { CreateSegmentOptions, MergeOptions, Segments } from './segments.ts'
import { type RequestPlan, request, type StoreContext } from './store-context.ts'
import { RemoteTable } from './table/remote-table.ts'
import type { TableSegment } from './table/table-segment.ts'

/** Options of a {@link SegmentStore}. */
export interface SegmentStoreOptions {
  /** Default: from the environment, else the defaults. */
  readonly config?: ClientConfig | undefined
  /** Says where segments are and issues delegation tokens. Stays open when the store is closed. */
  readonly controller: Controller
  /** How connections are opened. Default: TCP, or TLS where the configuration says so. */
  readonly dial?: Dial | undefined
}

/** The segment stores of a cluster, as one: finds the right one for each segment, keeps connections and tokens. */
export class SegmentStore implements Segments {
  readonly controller: Controller
  readonly config: ClientConfig
  readonly #pool: ConnectionPool
  readonly #context: StoreContext
  readonly #writers = new Set<SegmentWriter>()
  readonly #readers = new Set<SegmentReader>()
  readonly #dependents = new Set<{ close(options: CloseOptions): Promise<void> }>()
  #closing: Promise<void> | undefined
  /** What stands on segments may still use them while it closes. */
  #ended = false

  constructor(options: SegmentStoreOptions) {
    const { config = resolveClientConfig(), controller, dial } = options
    const { tls, timeouts, logger } = config
    const maxConnectionsPerEndpoint = config.maxConnectionsPerSegmentStore
    this.config = config
    this.controller = controller
    this.#pool = new ConnectionPool({ tls, dial, timeouts, maxConnectionsPerEndpoint, logger })
    this.#context = {
      config,
      pool: this.#pool,
      locator: new SegmentLocator(controller, timeouts.controllerMs),
      tokens: new DelegationTokens(controller, timeouts.controllerMs),
      slabs: new SlabPool(),
    }
  }

  openWriter(segment: SegmentReference, options: SegmentWriterOptions = {}): SegmentWriter {
    this.#check()
    const writer = new PipelinedWriter(this.#context, segment, options, () => this.#writers.delete(writer))
    this.#writers.add(writer)
    return writer
  }

  openReader(segment: SegmentReference, options: SegmentReaderOptions = {}): SegmentReader {
    this.#check()
    const reader = new LongPollReader(this.#context, segment, options, () => this.#readers.delete(reader))
    this.#readers.add(reader)
    return reader
  }

  table(segment: ScopedSegment): TableSegment {
    return new RemoteTable(segment, (plan, call) => this.#request(plan, call))
  }

  async getInfo(segment: SegmentReference, call?: CallOptions): Promise<SegmentInfo> {
    return await this.#request(lifecycle.getInfo(segment), call)
  }

  async read(
    segment: SegmentReference,
    offset: number | bigint,
    maxBytes?: number,
    call?: CallOptions,
  ): Promise<SegmentPiece> {
    return await this.#request(read(segment, offset, maxBytes), call)
  }

  async create(segment: ScopedSegment, options: CreateSegmentOptions = {}, call?: CallOptions): Promise<boolean> {
    return await this.#request(lifecycle.create(segment, options), call)
  }

  async createTransient(parent: ScopedSegment, writerId: WriterId, call?: CallOptions): Promise<TransientSegment> {
    return await this.#request(lifecycle.createTransient(parent, writerId), call)
  }

  async seal(segment: SegmentReference, call?: CallOptions): Promise<void> {
    await this.#request(lifecycle.seal(segment), call)
  }

  async truncate(segment: SegmentReference, offset: number | bigint, call?: CallOptions): Promise<void> {
    await this.#request(lifecycle.truncate(segment, offset), call)
  }

  async delete(segment: SegmentReference, call?: CallOptions): Promise<boolean> {
    return await this.#request(lifecycle.deleteSegment(segment), call)
  }

  async updatePolicy(segment: ScopedSegment, scaling: ScalingPolicy, call?: CallOptions): Promise<void> {
    await this.#request(lifecycle.updatePolicy(segment, scaling), call)
  }

  async getAttribute(segment: SegmentReference, attributeId: string, call?: CallOptions): Promise<bigint | undefined> {
    return await this.#request(attributes.getAttribute(segment, attributeId), call)
  }

  async compareAndSetAttribute(
    segment: SegmentReference,
    attributeId: string,
    expected: bigint | undefined,
    value: bigint | undefined,
    call?: CallOptions,
  ): Promise<boolean> {
    const plan = attributes.setAttribute(segment, attributeId, expected, value)
    let asked = 0
    const make: typeof plan.make = (requestId, token) => {
      asked += 1
      return plan.make(requestId, token)
    }
    const set = await this.#request({ ...plan, make }, call)
    if (set || asked === 1) return set
    // An answer was lost. If the value is there now, it is as this call was to make it.
    return await this.#request(attributes.setAttribute(segment, attributeId, value, value), call)
  }

  async merge(
    target: ScopedSegment,
    source: SegmentReference,
    options: MergeOptions = {},
    call?: CallOptions,
  ): Promise<bigint> {
    return await this.#request(lifecycle.merge(target, source, options), call)
  }

  beforeClose(close: (options: CloseOptions) => Promise<void>): () => void {
    this.#check()
    const entry = { close }
    this.#dependents.add(entry)
    return () => this.#dependents.delete(entry)
  }

  close(options: CloseOptions = {}): Promise<void> {
    const ended = this.#close(options)
    this.#closing ??= ended
    ended.catch(() => {})
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(options: CloseOptions): Promise<void> {
    const dependents =
      this.#dependents.size === 0
        ? []
        : await Promise.allSettled([...this.#dependents].map(dependent => dependent.close(options)))
    this.#ended = true
    const ends = await Promise.allSettled([
      ...[...this.#readers].map(reader => reader.close()),
      ...[...this.#writers].map(writer => writer.close(options)),
    ])
    await this.#pool.close(options)
    const failed = [...dependents, ...ends].find(end => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  async #request<T>(plan: RequestPlan<T>, call: CallOptions | undefined): Promise<T> {
    this.#check()
    return await request(this.#context, plan, call)
  }

  #check(): void {
    if (this.#ended) {
      throw new PravegaError('CLOSED', 'This client of the segment stores is closed. Make a new SegmentStore')
    }
  }
}
