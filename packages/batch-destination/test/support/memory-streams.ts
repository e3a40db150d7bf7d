import { DEFAULT_RETRY, DEFAULT_TIMEOUTS, silentLogger } from '@pravega-ts/config'
import type { Controller, SegmentWithRange } from '@pravega-ts/controller-client'
import {
  PravegaError,
  ScopedSegment,
  type ScopedStream,
  type StreamConfigurationOptions,
  splitKeyRange,
  streamConfiguration,
  uuidFromHalves,
} from '@pravega-ts/model'
import {
  type SegmentInfo,
  type SegmentReaderOptions,
  type SegmentReference,
  type SegmentWriterOptions,
  segmentName,
} from '@pravega-ts/segment-client'
import type { DestinationStore } from '../../src/index.ts'
import { MemoryReader, MemorySegment, MemoryWriter } from './memory-segment.ts'

interface MemoryStream {
  readonly stream: ScopedStream
  readonly configuration: StreamConfigurationOptions
  readonly segments: readonly SegmentWithRange[]
  sealed: boolean
}

type Call = keyof DestinationStore['controller'] | 'openWriter'

/** Streams with transactions, in memory. */
export class MemoryStreams implements DestinationStore {
  readonly config = { logger: silentLogger, retry: DEFAULT_RETRY, timeouts: DEFAULT_TIMEOUTS }
  readonly scopes = new Set<string>()
  readonly streams = new Map<string, MemoryStream>()
  readonly segments = new Map<string, MemorySegment>()
  /** By id; what became of them. */
  readonly transactions = new Map<string, 'open' | 'committed' | 'aborted'>()
  readonly calls: string[] = []
  /** Asked before each call; what it throws is what the call fails with. */
  before: (call: Call, subject: string) => void = () => {}
  #ids = 0n

  /** Events of each segment of a stream, by the stream's name without the scope. */
  events(stream: string): readonly Uint8Array[][] {
    const found = [...this.streams.values()].find(one => one.stream.stream === stream)
    return (found?.segments ?? []).map(({ segment }) => this.#segment(segment).payloads)
  }

  /** All events of a stream as text. */
  texts(stream: string): string[] {
    return this.events(stream)
      .flat()
      .map(bytes => Buffer.from(bytes).toString())
  }

  readonly controller: DestinationStore['controller'] & Pick<Controller, 'listStreams'> = {
    checkScopeExists: async scope => this.scopes.has(scope),
    createScope: async scope => {
      this.#call('createScope', scope)
      this.scopes.add(scope)
      return true
    },
    createStream: async (stream, configuration) => {
      this.#call('createStream', String(stream))
      if (!this.scopes.has(stream.scope)) throw new PravegaError('SCOPE_NOT_FOUND', stream.scope)
      if (this.streams.has(String(stream))) return false
      const { scaling } = streamConfiguration(configuration)
      const count = scaling.type === 'fixed' ? scaling.segments : scaling.minSegments
      const segments = splitKeyRange(count).map((range, number) => {
        const segment = ScopedSegment.of(stream.scope, stream.stream, number, 0)
        this.segments.set(String(segment), new MemorySegment())
        return { segment, range }
      })
      this.streams.set(String(stream), { stream, configuration, segments, sealed: false })
      return true
    },
    sealStream: async stream => {
      this.#call('sealStream', String(stream))
      this.#stream(stream).sealed = true
    },
    listStreams: async function* (this: unknown) {
      yield* []
    },
    getCurrentSegments: async stream => {
      this.#call('getCurrentSegments', String(stream))
      const { sealed, segments } = this.#stream(stream)
      return { segments: sealed ? [] : segments, delegationToken: '' }
    },
    getEpochSegments: async stream => ({ segments: this.#stream(stream).segments, delegationToken: '' }),
    getSuccessors: async () => [],
    noteTimestampFromWriter: async () => {},
    removeWriter: async () => true,
    createTransaction: async stream => {
      this.#call('createTransaction', String(stream))
      this.#ids += 1n
      const id = uuidFromHalves(0n, this.#ids)
      this.transactions.set(id, 'open')
      const segments = this.#stream(stream).segments.map(({ segment, range }) => ({
        segment: segment.inTransaction(id),
        range,
      }))
      for (const { segment } of segments) this.segments.set(String(segment), new MemorySegment())
      return { id, segments, delegationToken: '' }
    },
    pingTransaction: async (_, id) => this.transactions.get(id) ?? 'aborted',
    commitTransaction: async (stream, id) => {
      this.#call('commitTransaction', String(stream))
      this.transactions.set(id, 'committed')
      for (const { segment } of this.#stream(stream).segments) {
        const target = this.#segment(segment)
        target.data = Buffer.concat([target.data, this.#segment(segment.inTransaction(id)).data])
      }
    },
    abortTransaction: async (stream, id) => {
      this.#call('abortTransaction', String(stream))
      this.transactions.set(id, 'aborted')
    },
    checkTransactionState: async (_, id) => this.transactions.get(id) ?? 'aborted',
  }

  openWriter(segment: SegmentReference, options: SegmentWriterOptions = {}): MemoryWriter {
    this.#call('openWriter', segmentName(segment))
    return new MemoryWriter(segment, this.#segment(segment), options)
  }

  openReader(segment: SegmentReference, options: SegmentReaderOptions = {}): MemoryReader {
    return new MemoryReader(segment, this.#segment(segment), options)
  }

  async getInfo(segment: SegmentReference): Promise<SegmentInfo> {
    const { data, sealed } = this.#segment(segment)
    const writeOffset = BigInt(data.length)
    return { segment, isSealed: sealed, startOffset: 0n, writeOffset, lastModified: new Date(0) }
  }

  createTransient(): never {
    throw new Error('no large events here')
  }
  merge(): never {
    throw new Error('no large events here')
  }
  delete(): never {
    throw new Error('no large events here')
  }

  #call(call: Call, subject: string): void {
    this.calls.push(`${call} ${subject}`)
    this.before(call, subject)
  }

  #stream(stream: ScopedStream): MemoryStream {
    const found = this.streams.get(String(stream))
    if (found === undefined) throw new PravegaError('STREAM_NOT_FOUND', String(stream))
    return found
  }

  #segment(segment: SegmentReference): MemorySegment {
    const found = this.segments.get(segmentName(segment))
    if (found === undefined) throw new PravegaError('NO_SUCH_SEGMENT', segmentName(segment))
    return found
  }
}
