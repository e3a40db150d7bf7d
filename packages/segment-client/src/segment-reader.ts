import type { RetryPolicy } from '@pravega-ts/config'
import type { CallOptions } from '@pravega-ts/model'
import type { ReadBudget } from './read/read-budget.ts'
import type { ReadResult } from './read/read-result.ts'
import type { SegmentReference } from './segment-name.ts'

/** Options of a segment reader. */
export interface SegmentReaderOptions {
  /** Where to begin. Default 0. */
  readonly offset?: number | bigint | undefined
  /** Bytes to ask for at a time, 8 to 2097152 (servers give no more). Default 1 MiB. */
  readonly requestLength?: number | undefined
  /** What may be read ahead: a budget that is shared with other readers, or bytes for this one. Default 4 MiB. */
  readonly budget?: ReadBudget | number | undefined
  /**
   * Whether the reader has a connection to itself. Then `close()` also ends, on the server, what it was waiting for.
   * Default `false`: it shares connections.
   */
  readonly dedicatedConnection?: boolean | undefined
  /** How lost connections are replaced. Default: the policy of the configuration with attempts without end. */
  readonly retry?: Partial<RetryPolicy> | undefined
  /** Called whenever {@link SegmentReader.tryRead} may have something again. Must not throw. */
  readonly onReadable?: (() => void) | undefined
}

/** Options of one read. */
export interface ReadOptions extends CallOptions {
  /** Most bytes to return, at least 1. Default: what is there in one piece. */
  readonly maxBytes?: number | undefined
}

/**
 * Reads one segment from an offset on. Reads ahead from the first read on; at the end of the segment one request waits at the
 * server for more. A lost connection is replaced, and what was asked for is asked for again.
 */
export interface SegmentReader extends AsyncDisposable {
  readonly segment: SegmentReference
  /** Offset of the next byte that a read returns. */
  readonly offset: bigint
  /** Bytes that can be read without waiting. */
  readonly available: number

  /**
   * Waits for the next bytes, for as long as it takes unless `timeoutMs` is given. A read that was aborted takes nothing away:
   * the next one goes on at the same offset.
   *
   * @throws PravegaError `ABORTED`, `DEADLINE_EXCEEDED`, `CLOSED`, `NO_SUCH_SEGMENT`, `OFFSET_OUT_OF_RANGE` (beyond the end of a
   * sealed segment), `TOKEN_REFUSED`, `RETRIES_EXHAUSTED`. After one of the last four, `seek` tries anew.
   */
  read(options?: ReadOptions): Promise<ReadResult>

  /**
   * What can be had without waiting; undefined: nothing at the moment. Begins reading ahead.
   *
   * @throws PravegaError as `read`
   */
  tryRead(options?: Pick<ReadOptions, 'maxBytes'>): ReadResult | undefined

  /**
   * As `read`, but copies into the caller's memory as much as is there and fits: `bytes` of the result is a view on `target`. The
   * memory that was received is free again at once, without waiting for the garbage collector.
   *
   * @param target - At least 1 byte. Not to be touched until the promise has settled.
   * @throws PravegaError as `read`
   */
  readInto(target: Uint8Array, options?: CallOptions): Promise<ReadResult>

  /** Goes on elsewhere. What was read ahead is dropped; a read that waits, waits for data from there. */
  seek(offset: bigint): void

  /** Ends reading; reads that wait fail with `CLOSED`. */
  close(): Promise<void>
}
