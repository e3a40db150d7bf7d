import type { Writable } from 'node:stream'
import type { WritableStream } from 'node:stream/web'
import { type CallOptions, type CloseOptions, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { SegmentWriter } from '@pravega-ts/segment-client'
import type { ByteStreamStore } from './byte-stream-store.ts'
import type { ByteWriter, StreamAdapterOptions, WriteOptions } from './byte-writer.ts'
import { nodeWritable } from './node-streams.ts'
import { webWritable } from './web-streams.ts'

/** How long the end of a block waits for what is in flight when the last call has failed. */
const AFTER_FAILURE_MS = 1_000

/** A {@link ByteWriter} over a segment writer. */
export class SegmentByteWriter implements ByteWriter {
  readonly segment: ScopedSegment
  readonly #store: ByteStreamStore
  readonly #writer: SegmentWriter
  /** End of the segment as it was seen last, for a shared writer. */
  #tail: bigint
  #sealed = false
  #hasFailed = false

  constructor(store: ByteStreamStore, segment: ScopedSegment, writer: SegmentWriter, tail: bigint) {
    this.segment = segment
    this.#store = store
    this.#writer = writer
    this.#tail = tail
  }

  get currentOffset(): bigint {
    if (this.#writer.offset !== undefined) return this.#writer.offset
    const { acknowledgedOffset } = this.#writer
    return acknowledgedOffset !== undefined && acknowledgedOffset > this.#tail ? acknowledgedOffset : this.#tail
  }

  async write(data: Uint8Array, options?: WriteOptions): Promise<void> {
    if (!(data instanceof Uint8Array)) {
      const got = typeof data === 'object' ? (Object.prototype.toString.call(data) as string) : typeof data
      const remedy = 'Give a Uint8Array or Buffer; Buffer.from(text) makes one of a string'
      throw new PravegaError('INVALID_ARGUMENT', `data of type ${got} is refused: it is no bytes. ${remedy}`)
    }
    if (this.#sealed) throw this.#sealedError()
    await this.#told(this.#writer.append(data, options))
  }

  async flush(options?: CallOptions): Promise<void> {
    if (this.#sealed && this.#writer.pendingBytes === 0) return
    await this.#told(this.#writer.flush(options))
  }

  async seekToTail(options?: CallOptions): Promise<void> {
    await this.flush(options)
    const { writeOffset } = await this.#store.getInfo(this.segment, options)
    this.#tail = writeOffset
    if (this.#writer.offset !== undefined) this.#writer.seek(writeOffset)
  }

  async reset(options?: CallOptions): Promise<void> {
    await this.#told(this.#writer.reset(options))
  }

  async truncateDataBefore(offset: number | bigint, options?: CallOptions): Promise<void> {
    this.#checkOpen()
    // The offset may lie in what is still on its way.
    if (this.#writer.pendingBytes > 0) await this.flush(options)
    await this.#store.truncate(this.segment, offset, options)
  }

  async seal(options?: CallOptions): Promise<void> {
    this.#checkOpen()
    await this.flush(options)
    await this.#store.seal(this.segment, options)
    this.#sealed = true
  }

  close(options?: CloseOptions): Promise<void> {
    return this.#writer.close(options)
  }

  /** A second failure would hide the one that may be the reason why the block is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasFailed) return await this.close()
    await this.#writer.flush({ timeoutMs: AFTER_FAILURE_MS }).catch(() => {})
    await this.close({ force: this.#writer.pendingBytes > 0 }).catch(() => {})
  }

  toNodeWritable(options?: StreamAdapterOptions): Writable {
    return nodeWritable(this, options)
  }

  toWebWritable(options?: StreamAdapterOptions): WritableStream<Uint8Array> {
    return webWritable(this, options)
  }

  async #told(call: Promise<void>): Promise<void> {
    try {
      await call
      this.#hasFailed = false
    } catch (error) {
      this.#hasFailed = true
      throw this.#explain(error)
    }
  }

  #checkOpen(): void {
    const { cause, state } = this.#writer
    if (state === 'closing' || PravegaError.is(cause, 'CLOSED')) {
      throw new PravegaError('CLOSED', `The byte writer of segment ${this.segment} is closed. Open a new one`)
    }
  }

  /** What the layer below says of segments, said of byte streams. */
  #explain(caught: unknown): PravegaError {
    const error = PravegaError.from(caught)
    const details = { ...error.details, segment: String(this.segment) }
    switch (error.code) {
      case 'SEGMENT_SEALED':
        return this.#sealedError(error)
      case 'NO_SUCH_SEGMENT': {
        const message = `Segment ${this.segment} does not exist any more: its stream was deleted. Make the stream again, or write to another one`
        return new PravegaError('NO_SUCH_SEGMENT', message, { cause: error, details })
      }
      default:
        return error
    }
  }

  #sealedError(cause?: PravegaError): PravegaError {
    return new PravegaError(
      'SEGMENT_SEALED',
      `Segment ${this.segment} is sealed: nothing can be written to it any more. What was not flushed is not in it; read it, or write to another stream`,
      { cause, details: { ...cause?.details, segment: String(this.segment) } },
    )
  }
}
