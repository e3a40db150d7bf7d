import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { type CallOptions, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { freeFrameMemory, type ReadOptions, type ReadResult, type SegmentReader } from '@pravega-ts/segment-client'
import type { ByteIterationOptions, BytePosition, ByteReader } from './byte-reader.ts'
import type { ByteStreamStore } from './byte-stream-store.ts'
import type { StreamAdapterOptions } from './byte-writer.ts'
import { nodeReadable } from './node-streams.ts'
import { offsetAt, truncatedError } from './position.ts'
import { webReadable } from './web-streams.ts'

/** A {@link ByteReader} over a segment reader. */
export class SegmentByteReader implements ByteReader {
  readonly segment: ScopedSegment
  readonly #store: ByteStreamStore
  readonly #reader: SegmentReader

  constructor(store: ByteStreamStore, segment: ScopedSegment, reader: SegmentReader) {
    this.segment = segment
    this.#store = store
    this.#reader = reader
  }

  get currentOffset(): bigint {
    return this.#reader.offset
  }

  get available(): number {
    return this.#reader.available
  }

  async currentHead(options?: CallOptions): Promise<bigint> {
    const { startOffset } = await this.#store.getInfo(this.segment, options)
    return startOffset
  }

  async currentTail(options?: CallOptions): Promise<bigint> {
    const { writeOffset } = await this.#store.getInfo(this.segment, options)
    return writeOffset
  }

  async seek(position: BytePosition, options?: CallOptions): Promise<void> {
    const info = await this.#store.getInfo(this.segment, options)
    this.#reader.seek(offsetAt(position, info))
  }

  async read(buffer: Uint8Array, options?: CallOptions): Promise<number> {
    if (!(buffer instanceof Uint8Array) || buffer.length === 0) {
      const remedy = 'Give a Uint8Array or Buffer of at least 1 byte: 0 bytes read mean the end'
      throw new PravegaError(
        'INVALID_ARGUMENT',
        `The buffer to read into is refused: it is empty or no bytes. ${remedy}`,
      )
    }
    return this.#bytesOf(await this.#reader.readInto(buffer, options))?.length ?? 0
  }

  async *chunks(options: ByteIterationOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { signal, timeoutMs, borrowed = false } = options
    const read: ReadOptions = { signal, timeoutMs }
    for (;;) {
      const bytes = this.#bytesOf(await this.#reader.read(read))
      if (bytes === undefined) return
      try {
        yield bytes
      } finally {
        if (borrowed) freeFrameMemory(bytes)
      }
    }
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this.chunks()
  }

  close(): Promise<void> {
    return this.#reader.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  toNodeReadable(options?: StreamAdapterOptions): Readable {
    return nodeReadable(this, options)
  }

  toWebReadable(options?: StreamAdapterOptions): ReadableStream<Uint8Array> {
    return webReadable(this, options)
  }

  /** The bytes of a result; undefined at the end. */
  #bytesOf(result: ReadResult): Uint8Array | undefined {
    switch (result.kind) {
      case 'data':
        return result.bytes
      case 'endOfSegment':
        return undefined
      case 'truncated':
        throw truncatedError(String(this.segment), result.offset, result.startOffset)
    }
  }
}
