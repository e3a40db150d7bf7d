import { type CallOptions, PravegaError } from '@pravega-ts/model'
import type {
  ReadOptions,
  ReadResult,
  SegmentReader,
  SegmentReaderOptions,
  SegmentReference,
} from '@pravega-ts/segment-client'
import type { MemorySegment } from './memory-store.ts'

const PIECE = 1000

/** A segment reader on memory. */
export class MemoryReader implements SegmentReader {
  readonly segment: SegmentReference
  readonly options: SegmentReaderOptions
  readonly #source: MemorySegment
  #offset: number
  #closed = false
  /** Reads that are waiting for data. */
  waiting = 0

  constructor(segment: SegmentReference, source: MemorySegment, options: SegmentReaderOptions) {
    this.segment = segment
    this.options = options
    this.#source = source
    this.#offset = Number(options.offset ?? 0)
  }

  get offset(): bigint {
    return BigInt(this.#offset)
  }

  get available(): number {
    return Math.max(0, this.#source.data.length - this.#offset)
  }

  tryRead(options: Pick<ReadOptions, 'maxBytes'> = {}): ReadResult | undefined {
    if (this.#closed) throw new PravegaError('CLOSED', 'the segment reader is closed')
    const { data, start, sealed } = this.#source
    const offset = this.offset
    if (this.#offset < start) return { kind: 'truncated', offset, startOffset: BigInt(start) }
    if (this.available === 0) return sealed ? { kind: 'endOfSegment', offset } : undefined
    const bytes = data.subarray(this.#offset, this.#offset + Math.min(PIECE, options.maxBytes ?? PIECE))
    this.#offset += bytes.length
    return { kind: 'data', offset, bytes }
  }

  async read(options: ReadOptions = {}): Promise<ReadResult> {
    const { signal } = options
    this.waiting += 1
    try {
      for (;;) {
        if (signal?.aborted) throw new PravegaError('ABORTED', 'aborted')
        const result = this.tryRead(options)
        if (result !== undefined) return result
        await new Promise<void>(resolve => {
          this.#source.onChange(resolve)
          signal?.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    } finally {
      this.waiting -= 1
    }
  }

  async readInto(target: Uint8Array, options?: CallOptions): Promise<ReadResult> {
    const result = await this.read({ ...options, maxBytes: target.length })
    if (result.kind !== 'data') return result
    target.set(result.bytes)
    return { ...result, bytes: target.subarray(0, result.bytes.length) }
  }

  seek(offset: bigint): void {
    this.#offset = Number(offset)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#source.closed.push('reader')
    this.#source.tell()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
