import { setImmediate as turn } from 'node:timers/promises'
import { type CallOptions, PravegaError, ScopedSegment, type ScopedStream } from '@pravega-ts/model'
import { type SegmentInfo, type SegmentPiece, type SegmentReference, segmentName } from '@pravega-ts/segment-client'
import type { SynchronizerStore } from '../../src/index.ts'
import { ModelWriter } from './model-writer.ts'

const MARK = '7df9a874-246c-c9d6-9397-cdd19ead68c5'

/** One segment as a server keeps it. */
export class ModelSegment {
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  sealed = false
  deleted = false
  readonly attributes = new Map<string, bigint>()

  get mark(): bigint | undefined {
    return this.attributes.get(MARK)
  }

  append(data: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, data])
  }

  check(): void {
    if (this.deleted) throw new PravegaError('NO_SUCH_SEGMENT', 'the segment was deleted')
  }
}

/** Requests of one client of a {@link ModelStore}, as segment stores count them. */
export type RequestName = 'info' | 'read' | 'appendIf' | 'append' | 'getAttribute' | 'setAttribute' | 'truncate'

/** Segments in memory behind the boundary of this package. Each member has its own client. */
export class ModelStore {
  readonly #segments = new Map<string, ModelSegment>()
  readonly #streams = new Map<string, ScopedSegment[]>()

  createStream(stream: ScopedStream, count = 1, isSealed = false): ModelSegment {
    const made = Array.from({ length: count }, (_, number) => ScopedSegment.of(stream.scope, stream.stream, number, 0))
    this.#streams.set(String(stream), isSealed ? [] : made)
    const first = new ModelSegment()
    for (const segment of made) this.#segments.set(String(segment), segment.number === 0 ? first : new ModelSegment())
    return first
  }

  segment(segment: SegmentReference): ModelSegment {
    const found = this.#segments.get(segmentName(segment))
    if (found === undefined) throw new PravegaError('NO_SUCH_SEGMENT', `${segmentName(segment)} does not exist`)
    found.check()
    return found
  }

  segmentsOf(stream: ScopedStream): ScopedSegment[] {
    const found = this.#streams.get(String(stream))
    if (found === undefined) throw new PravegaError('STREAM_NOT_FOUND', `${stream} does not exist`)
    return found
  }

  client(): ModelClient {
    return new ModelClient(this)
  }
}

/** What one member has of a {@link ModelStore}: counts its requests, and delays them where a test says so. */
export class ModelClient implements SynchronizerStore {
  readonly #store: ModelStore
  readonly requests: RequestName[] = []
  readonly writers: ModelWriter[] = []
  /** Most bytes of one answer. */
  maxReadBytes = 2 * 1024 * 1024
  /** Whether answers say that they reach the end: when they do, or whatever they do. */
  tellsTail: 'rightly' | 'never' | 'always' = 'rightly'
  /** Whether the mark is not remembered when it is asked for. */
  forgetsMark = false
  /** Called before a request takes effect, and after it; may wait, or throw in place of the answer. */
  before: (request: RequestName) => Promise<void> | void = () => {}
  after: (request: RequestName) => Promise<void> | void = () => {}

  constructor(store: ModelStore) {
    this.#store = store
  }

  /** Requests since the last time. */
  takeRequests(): RequestName[] {
    return this.requests.splice(0)
  }

  async request<T>(name: RequestName, call: CallOptions | undefined, work: () => T | Promise<T>): Promise<T> {
    this.requests.push(name)
    await this.#race(this.before(name), call)
    const value = await work()
    await this.#race(this.after(name), call)
    return value
  }

  async #race(waited: Promise<void> | void, call: CallOptions | undefined): Promise<void> {
    const { signal } = call ?? {}
    signal?.throwIfAborted()
    let onAbort = (): void => {}
    const aborted = new Promise<void>((_, reject) => {
      onAbort = () => reject(signal?.reason)
    })
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      await Promise.race([waited, aborted])
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  readonly controller: SynchronizerStore['controller'] = {
    getCurrentSegments: async stream => {
      const segments = this.#store.segmentsOf(stream).map(segment => ({ segment, range: { low: 0, high: 1 } }))
      return { segments, delegationToken: '' }
    },
  }

  openWriter(segment: SegmentReference): ModelWriter {
    const writer = new ModelWriter(this, segment, () => this.#store.segment(segment))
    this.writers.push(writer)
    return writer
  }

  getInfo(segment: SegmentReference, call?: CallOptions): Promise<SegmentInfo> {
    return this.request('info', call, () => {
      const { sealed, start, bytes } = this.#store.segment(segment)
      const offsets = { startOffset: BigInt(start), writeOffset: BigInt(bytes.length) }
      return { segment, isSealed: sealed, ...offsets, lastModified: new Date(0) }
    })
  }

  read(
    segment: SegmentReference,
    offset: number | bigint,
    maxBytes = 2 * 1024 * 1024,
    call?: CallOptions,
  ): Promise<SegmentPiece> {
    return this.request('read', call, async () => {
      const from = Number(offset)
      for (;;) {
        call?.signal?.throwIfAborted()
        const { bytes, start, sealed } = this.#store.segment(segment)
        const place = { offset: BigInt(from) }
        if (from < start) return { kind: 'truncated', ...place, startOffset: BigInt(start) }
        if (from < bytes.length) {
          const data = bytes.subarray(from, from + Math.min(maxBytes, this.maxReadBytes))
          const isTail = this.tellsTail === 'rightly' && from + data.length === bytes.length
          return { kind: 'data', ...place, bytes: data, atTail: isTail || this.tellsTail === 'always' }
        }
        if (sealed) return { kind: 'endOfSegment', ...place }
        // Nobody in these tests waits for so short a time that something might still come.
        if ((call?.timeoutMs ?? 60_000) <= 5_000) throw new PravegaError('DEADLINE_EXCEEDED', 'nothing has come')
        await turn()
      }
    })
  }

  getAttribute(segment: SegmentReference, id: string, call?: CallOptions): Promise<bigint | undefined> {
    return this.request('getAttribute', call, () => {
      const value = this.#store.segment(segment).attributes.get(id)
      return this.forgetsMark ? undefined : value
    })
  }

  compareAndSetAttribute(
    segment: SegmentReference,
    id: string,
    expected: bigint | undefined,
    value: bigint | undefined,
    call?: CallOptions,
  ): Promise<boolean> {
    return this.request('setAttribute', call, () => {
      const { attributes } = this.#store.segment(segment)
      if (attributes.get(id) !== expected) return false
      if (value === undefined) attributes.delete(id)
      else attributes.set(id, value)
      return true
    })
  }

  truncate(segment: SegmentReference, offset: number | bigint, call?: CallOptions): Promise<void> {
    return this.request('truncate', call, () => {
      const found = this.#store.segment(segment)
      if (Number(offset) > found.bytes.length) throw new PravegaError('OFFSET_OUT_OF_RANGE', 'beyond the end')
      found.start = Math.max(found.start, Number(offset))
    })
  }

  table(): never {
    throw new Error('streams need no tables')
  }
}
