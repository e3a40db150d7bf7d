import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { RetryPolicy } from '@pravega-ts/config'
import type { CallOptions, ScopedSegment } from '@pravega-ts/model'
import type { StreamAdapterOptions } from './byte-writer.ts'

/** A place in a stream: an offset, or so many bytes before its end. */
export type BytePosition = number | bigint | { readonly fromEnd: number | bigint }

/** Options of a byte reader. `signal` and `timeoutMs` are for opening it. */
export interface ByteReaderOptions extends CallOptions {
  /** Where to begin. Default: the head. */
  readonly offset?: BytePosition | undefined
  /** Bytes that are read ahead. Default 4 MiB. */
  readonly readAheadBytes?: number | undefined
  /** Bytes to ask for at a time, 8 to 2097152. Default 1 MiB. */
  readonly requestLength?: number | undefined
  /** How lost connections are replaced. Default: the policy of the configuration, with attempts without end. */
  readonly retry?: Partial<RetryPolicy> | undefined
}

/** Options of a byte reader's iteration. */
export interface ByteIterationOptions {
  /** Ends the iteration with `ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds that each step may wait for data. Default: no limit. */
  readonly timeoutMs?: number | undefined
  /**
   * `true`: a piece is yours until you ask for the next one; then its memory is free again at once, and the piece is empty. Takes
   * less memory and half of the processor time. Default `false`: pieces are yours for as long as you like.
   */
  readonly borrowed?: boolean | undefined
}

/**
 * Reads the bytes of a stream of one segment, from any offset between its head and its tail, and waits at the tail for more.
 *
 * Calls may fail with `ABORTED`, `DEADLINE_EXCEEDED`, `CLOSED`, `NO_SUCH_SEGMENT`; and with `SEGMENT_TRUNCATED` when the bytes at the
 * offset were freed: `details.startOffset` is the head then, where `seek(await reader.currentHead())` goes on.
 */
export interface ByteReader extends AsyncDisposable, AsyncIterable<Uint8Array> {
  readonly segment: ScopedSegment
  /** Offset of the next byte to be read. */
  readonly currentOffset: bigint
  /** Bytes that can be read without waiting. */
  readonly available: number

  /** First offset that can be read: what was before it has been truncated away. */
  currentHead(options?: CallOptions): Promise<bigint>
  /** Length of the stream: the offset behind the last durable byte. */
  currentTail(options?: CallOptions): Promise<bigint>

  /**
   * Goes on elsewhere.
   *
   * @param position - From the head to the tail, both included.
   * @throws PravegaError `SEGMENT_TRUNCATED` below the head, `OFFSET_OUT_OF_RANGE` beyond the tail or below 0,
   * `INVALID_ARGUMENT` for a number that is not exact; see above
   */
  seek(position: BytePosition, options?: CallOptions): Promise<void>

  /**
   * Reads into `buffer` and resolves to how many bytes that were: as many as are there, at least 1. Waits for data, for as long as
   * it takes unless `timeoutMs` says otherwise. 0 only at the end of a sealed segment. A read that was aborted takes nothing
   * away.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for an empty buffer; see above
   */
  read(buffer: Uint8Array, options?: CallOptions): Promise<number>

  /** Pieces as they come, without copying, until the segment is sealed and read. Leaving the loop leaves the reader open. */
  chunks(options?: ByteIterationOptions): AsyncIterableIterator<Uint8Array>
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array>

  /** Ends reading, also on the server; reads that wait fail with `CLOSED`. */
  close(): Promise<void>

  /** A Node stream that reads here. Destroying it closes the reader. */
  toNodeReadable(options?: StreamAdapterOptions): Readable
  /** A web byte stream that reads here. Cancelling it closes the reader. */
  toWebReadable(options?: StreamAdapterOptions): ReadableStream<Uint8Array>
}
