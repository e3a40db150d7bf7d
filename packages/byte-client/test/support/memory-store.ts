import { PravegaError, ScopedSegment, type ScopedStream } from '@pravega-ts/model'
import {
  type SegmentInfo,
  type SegmentReaderOptions,
  type SegmentReference,
  type SegmentWriterOptions,
  segmentName,
} from '@pravega-ts/segment-client'
import type { ByteStreamStore } from '../../src/index.ts'
import { MemoryReader } from './memory-reader.ts'
import { MemoryWriter } from './memory-writer.ts'

export class MemorySegment {
  data: Buffer = Buffer.alloc(0)
  start = 0
  sealed = false
  /** While it is true, appends wait. */
  full = false
  /** What was closed. */
  readonly closed: string[] = []
  #listeners: (() => void)[] = []

  append(data: Uint8Array): void {
    this.data = Buffer.concat([this.data, data])
    this.tell()
  }

  seal(): void {
    this.sealed = true
    this.tell()
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  tell(): void {
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener()
  }

  async room(signal: AbortSignal | undefined): Promise<void> {
    while (this.full) {
      await new Promise<void>(resolve => {
        this.onChange(resolve)
        signal?.addEventListener('abort', () => resolve(), { once: true })
      })
      if (signal?.aborted) throw new PravegaError('ABORTED', 'aborted')
    }
  }
}

/** Streams by name, with their segments; everything in memory. */
export class MemoryStore implements ByteStreamStore {
  readonly #segments = new Map<string, MemorySegment>()
  readonly #streams = new Map<string, { current: ScopedSegment[]; head: ScopedSegment[] }>()
  readonly writers: MemoryWriter[] = []
  readonly readers: MemoryReader[] = []
  readonly access: (string | undefined)[] = []

  createStream(stream: ScopedStream, segments = 1, sealed = false): MemorySegment {
    const made = Array.from({ length: segments }, (_, n) => ScopedSegment.of(stream.scope, stream.stream, n, 0))
    this.#streams.set(String(stream), { current: sealed ? [] : made, head: made })
    const contents = made.map(segment => {
      const content = new MemorySegment()
      this.#segments.set(String(segment), content)
      return content
    })
    return contents[0] ?? new MemorySegment()
  }

  readonly controller: ByteStreamStore['controller'] = {
    getCurrentSegments: async (stream, options) => {
      this.access.push(options?.access)
      const segments = this.#stream(stream).current.map(segment => ({ segment, range: { low: 0, high: 1 } }))
      return { segments, delegationToken: '' }
    },
    getHeadSegments: async (stream, options) => {
      this.access.push(options?.access)
      return this.#stream(stream).head.map(segment => ({ segment, offset: 0n }))
    },
  }

  openWriter(segment: SegmentReference, options: SegmentWriterOptions = {}): MemoryWriter {
    const writer = new MemoryWriter(segment, this.#segment(segment), options)
    this.writers.push(writer)
    return writer
  }

  openReader(segment: SegmentReference, options: SegmentReaderOptions = {}): MemoryReader {
    const reader = new MemoryReader(segment, this.#segment(segment), options)
    this.readers.push(reader)
    return reader
  }

  async getInfo(segment: SegmentReference): Promise<SegmentInfo> {
    const { sealed, start, data } = this.#segment(segment)
    const offsets = { startOffset: BigInt(start), writeOffset: BigInt(data.length) }
    return { segment, isSealed: sealed, ...offsets, lastModified: new Date(0) }
  }

  async seal(segment: SegmentReference): Promise<void> {
    this.#segment(segment).seal()
  }

  async truncate(segment: SegmentReference, offset: number | bigint): Promise<void> {
    const target = this.#segment(segment)
    if (offset > target.data.length) throw new PravegaError('OFFSET_OUT_OF_RANGE', 'beyond the end')
    target.start = Math.max(target.start, Number(offset))
  }

  #segment(segment: SegmentReference): MemorySegment {
    const found = this.#segments.get(segmentName(segment))
    if (found === undefined) throw new PravegaError('NO_SUCH_SEGMENT', `${segmentName(segment)} does not exist`)
    return found
  }

  #stream(stream: ScopedStream): { current: ScopedSegment[]; head: ScopedSegment[] } {
    const found = this.#streams.get(String(stream))
    if (found === undefined) throw new PravegaError('STREAM_NOT_FOUND', `${stream} does not exist`)
    return found
  }
}
