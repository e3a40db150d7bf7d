import { PravegaError, ScopedSegment } from '@pravega-ts/model'
import type {
  ReadOptions,
  ReadResult,
  SegmentInfo,
  SegmentReader,
  SegmentReaderOptions,
  SegmentReference,
} from '@pravega-ts/segment-client'
import type { EventStore } from '../../src/index.ts'

export const SEGMENT: ScopedSegment = ScopedSegment.parse('shop/orders/3.#epoch.1')

/** A segment in memory, and the store that it is the only segment of. */
export class MemorySegment implements Pick<EventStore, 'openReader' | 'getInfo'> {
  data: Buffer = Buffer.alloc(0)
  start = 0
  sealed = false
  failure: PravegaError | undefined
  /** Length of the piece that a read gives at an offset. */
  pieceLength: (offset: number) => number = () => 1_000
  readonly readers: MemoryReader[] = []

  append(...pieces: Uint8Array[]): this {
    this.data = Buffer.concat([this.data, ...pieces])
    this.tell()
    return this
  }

  seal(): this {
    this.sealed = true
    this.tell()
    return this
  }

  fail(failure: PravegaError): void {
    this.failure = failure
    this.tell()
  }

  tell(): void {
    for (const reader of this.readers) reader.tell()
  }

  openReader(segment: SegmentReference, options: SegmentReaderOptions = {}): MemoryReader {
    const reader = new MemoryReader(this, segment, options)
    this.readers.push(reader)
    return reader
  }

  async getInfo(segment: SegmentReference): Promise<SegmentInfo> {
    if (this.failure !== undefined) throw this.failure
    return {
      segment,
      startOffset: BigInt(this.start),
      writeOffset: BigInt(this.data.length),
      isSealed: this.sealed,
    } as SegmentInfo
  }
}

/** A reader of it; a read that waited comes to its result some turns of the queue after it was told. */
export class MemoryReader implements SegmentReader {
  readonly segment: SegmentReference
  readonly options: SegmentReaderOptions
  readonly #source: MemorySegment
  #offset: number
  #waiters = new Set<() => void>()
  closed = false

  constructor(source: MemorySegment, segment: SegmentReference, options: SegmentReaderOptions) {
    this.#source = source
    this.segment = segment
    this.options = options
    this.#offset = Number(options.offset ?? 0)
  }

  get offset(): bigint {
    return BigInt(this.#offset)
  }

  get available(): number {
    return Math.max(0, this.#source.data.length - this.#offset)
  }

  get waiting(): number {
    return this.#waiters.size
  }

  tell(): void {
    if (this.closed) return
    for (const tell of this.#waiters) tell()
    this.options.onReadable?.()
  }

  tryRead(): ReadResult | undefined {
    if (this.closed) throw new PravegaError('CLOSED', 'the segment reader is closed')
    const { data, start, sealed, failure, pieceLength } = this.#source
    if (failure !== undefined) throw failure
    const { offset } = this
    if (this.#offset < start) return { kind: 'truncated', offset, startOffset: BigInt(start) }
    if (this.available === 0) return sealed ? { kind: 'endOfSegment', offset } : undefined
    const bytes = data.subarray(this.#offset, this.#offset + Math.max(1, pieceLength(this.#offset)))
    this.#offset += bytes.length
    return { kind: 'data', offset, bytes }
  }

  async read({ signal }: ReadOptions = {}): Promise<ReadResult> {
    for (;;) {
      const result = this.tryRead()
      if (result !== undefined) return result
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const onAbort = (): void => reject(new PravegaError('ABORTED', 'aborted'))
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(resolve)
      await promise.finally(() => {
        this.#waiters.delete(resolve)
        signal?.removeEventListener('abort', onAbort)
      })
    }
  }

  readInto(): Promise<ReadResult> {
    throw new Error('not used by event-client')
  }

  seek(offset: bigint): void {
    this.#offset = Number(offset)
    this.#source.failure = undefined
    for (const tell of this.#waiters) tell()
  }

  async close(): Promise<void> {
    this.closed = true
    for (const tell of this.#waiters) tell()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
